/**
 * The whole service as its users meet it: the jar in processes of its own, real clients, real
 * files, real kills.
 */
package io.dialspool.whole;
