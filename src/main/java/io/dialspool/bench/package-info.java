/** Load programs: the whole service from outside, beside a bare limit measured in the same run. */
@NullMarked
package io.dialspool.bench;

import org.jspecify.annotations.NullMarked;
