/** Dedupe, append, settle, recover; nothing is acknowledged before it is synced here. */
@NullMarked
package io.dialspool.spool;

import org.jspecify.annotations.NullMarked;
