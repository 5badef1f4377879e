@NullMarked
package io.dialspool.target;

import org.jspecify.annotations.NullMarked;
