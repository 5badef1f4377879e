/** The main job on the embedded defaults, in a minute, adding up at the end. */
@NullMarked
package io.dialspool.demo;

import org.jspecify.annotations.NullMarked;
