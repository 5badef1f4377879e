/** Bulk files into the NDJSON door. */
@NullMarked
package io.dialspool.replay;

import org.jspecify.annotations.NullMarked;
