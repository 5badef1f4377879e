/** The Disruptor ring, its slot and the order of its stages. */
@NullMarked
package io.dialspool.ring;

import org.jspecify.annotations.NullMarked;
