/** HTTP in on Netty: fills a slot, answers once the spool has synced. */
@NullMarked
package io.dialspool.intake;

import org.jspecify.annotations.NullMarked;
