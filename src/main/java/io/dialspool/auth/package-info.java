/**
 * Who calls, and what he may do: signatures and bearer tokens at the door, keys and their rights.
 */
@NullMarked
package io.dialspool.auth;

import org.jspecify.annotations.NullMarked;
