/** The port that calls go through, and the signed HTTP client behind it. */
@NullMarked
package io.dialspool.target;

import org.jspecify.annotations.NullMarked;
