/** What waits, per campaign; batches of 25. */
@NullMarked
package io.dialspool.lane;

import org.jspecify.annotations.NullMarked;
