@NullMarked
package io.dialspool.http;

import org.jspecify.annotations.NullMarked;
