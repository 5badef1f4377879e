/** What became of requests: the feed, dead letters, and their redrive. Around the stages. */
@NullMarked
package io.dialspool.outcomes;

import org.jspecify.annotations.NullMarked;
