/**
 * The campaign API as AWS's own clients know it: every operation and every declared error, made
 * from the description, at the campaign service and through the service before it.
 */
@NullMarked
package io.dialspool.conformance;

import org.jspecify.annotations.NullMarked;
