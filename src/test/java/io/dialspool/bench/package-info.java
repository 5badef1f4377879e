@NullMarked
package io.dialspool.bench;

import org.jspecify.annotations.NullMarked;
