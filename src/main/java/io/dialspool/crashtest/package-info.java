/**
 * SIGKILL, over and over, of the service as people run it: a process of its own under mixed load,
 * with an outside ledger of what was acknowledged and the campaign service's record of what was
 * dialled.
 */
@NullMarked
package io.dialspool.crashtest;

import org.jspecify.annotations.NullMarked;
