@NullMarked
package io.dialspool.webhooks;

import org.jspecify.annotations.NullMarked;
