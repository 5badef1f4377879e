package io.dialspool.request;

import org.jspecify.annotations.Nullable;

/**
 * What a redrive did; what it says is synced. {@code matched} is the sum of the others, unless it
 * was a dry run.
 *
 * @param matched dead letters that were meant
 * @param redriven those that are new requests now
 * @param inDoubt skipped since they were perhaps dialled
 * @param alreadyRedriven skipped since they were redriven before, or are no longer kept
 * @param next where another call goes on; null once all was looked at
 * @param error why it stopped early, as {@code x-amzn-ErrorType} says it
 */
public record RedriveReport(
    long matched,
    long redriven,
    long inDoubt,
    long alreadyRedriven,
    @Nullable String next,
    @Nullable String error) {}
