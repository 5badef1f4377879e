@NullMarked
package io.dialspool.crashtest;

import org.jspecify.annotations.NullMarked;
