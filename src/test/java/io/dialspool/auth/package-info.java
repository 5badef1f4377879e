@NullMarked
package io.dialspool.auth;

import org.jspecify.annotations.NullMarked;
