/**
 * The campaign API described once: operations, shapes, errors, quotas; and the reader that holds
 * input to it.
 */
@NullMarked
package io.dialspool.api;

import org.jspecify.annotations.NullMarked;
