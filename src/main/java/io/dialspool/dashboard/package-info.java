/**
 * The page at the management port, and what it asks for: pictures of how things stand as
 * server-sent events, a request's story, dead letters. It is around the service: nothing of the
 * flow knows of it.
 */
@NullMarked
package io.dialspool.dashboard;

import org.jspecify.annotations.NullMarked;
