@NullMarked
package io.dialspool.outcomes;

import org.jspecify.annotations.NullMarked;
