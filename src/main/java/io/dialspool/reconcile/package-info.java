/** Matches replies to items; settles, retries, parks. */
@NullMarked
package io.dialspool.reconcile;

import org.jspecify.annotations.NullMarked;
