/** Configuration as a tree of records that cannot be wrong. */
@NullMarked
package io.dialspool.config;

import org.jspecify.annotations.NullMarked;
