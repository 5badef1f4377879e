/**
 * Outcomes brought to where they are needed: signed calls, in order for each campaign, each outcome
 * at least once. Around the stages: reads the feed, holds up nobody.
 */
@NullMarked
package io.dialspool.webhooks;

import org.jspecify.annotations.NullMarked;
