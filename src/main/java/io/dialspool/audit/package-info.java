/** Who changed what and when: control calls, recalls and redrives, a line each. */
@NullMarked
package io.dialspool.audit;

import org.jspecify.annotations.NullMarked;
