/** May this request exist? E.164, token form, sizes, deadline. */
@NullMarked
package io.dialspool.validate;

import org.jspecify.annotations.NullMarked;
