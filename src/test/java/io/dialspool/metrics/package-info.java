@NullMarked
package io.dialspool.metrics;

import org.jspecify.annotations.NullMarked;
