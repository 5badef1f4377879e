package io.dialspool.demo;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * How a demo ended.
 *
 * @param refused rows that the door turned away
 * @param fillRatio items per batch over 25 while calls were scarce; 1 is full
 * @param conserved whether everything adds up, also against the campaign service's own record
 */
@JsonPropertyOrder({
  "accepted",
  "duplicates",
  "refused",
  "submitted",
  "rejected",
  "expired",
  "cancelled",
  "undeliverable",
  "queued",
  "inFlight",
  "batches",
  "fillRatio",
  "conserved"
})
public record DemoSummary(
    long accepted,
    long duplicates,
    long refused,
    long submitted,
    long rejected,
    long expired,
    long cancelled,
    long undeliverable,
    long queued,
    long inFlight,
    long batches,
    double fillRatio,
    boolean conserved) {}
