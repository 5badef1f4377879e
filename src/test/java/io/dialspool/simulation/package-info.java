@NullMarked
package io.dialspool.simulation;

import org.jspecify.annotations.NullMarked;
