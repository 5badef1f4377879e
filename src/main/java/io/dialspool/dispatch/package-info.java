/** Calls out: gate, budget, occupancy, retry; one duty cycle. */
@NullMarked
package io.dialspool.dispatch;

import org.jspecify.annotations.NullMarked;
