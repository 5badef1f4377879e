/**
 * What a person is told about requests and campaigns, in the same words by the command line and by
 * the dashboard.
 */
@NullMarked
package io.dialspool.story;

import org.jspecify.annotations.NullMarked;
