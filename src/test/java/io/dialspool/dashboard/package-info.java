@NullMarked
package io.dialspool.dashboard;

import org.jspecify.annotations.NullMarked;
