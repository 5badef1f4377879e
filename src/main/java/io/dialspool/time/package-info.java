/** Time as a port: stages get the clock handed in, so that the simulation can move it. */
@NullMarked
package io.dialspool.time;

import org.jspecify.annotations.NullMarked;
