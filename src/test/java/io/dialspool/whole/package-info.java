/**
 * The whole service as its users meet it: the jar in processes of its own, real clients, real
 * files, real kills.
 */
@NullMarked
package io.dialspool.whole;

import org.jspecify.annotations.NullMarked;
