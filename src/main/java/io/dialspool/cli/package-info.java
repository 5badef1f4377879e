/** The commands. */
@NullMarked
package io.dialspool.cli;

import org.jspecify.annotations.NullMarked;
