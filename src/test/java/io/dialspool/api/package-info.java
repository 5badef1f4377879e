@NullMarked
package io.dialspool.api;

import org.jspecify.annotations.NullMarked;
