/** Checks a target and a campaign before any lead is sent. */
@NullMarked
package io.dialspool.preflight;

import org.jspecify.annotations.NullMarked;
