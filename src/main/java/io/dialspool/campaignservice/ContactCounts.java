package io.dialspool.campaignservice;

import java.util.EnumMap;
import java.util.Map;

/**
 * How many contacts of a campaign are where at one instant; the answer of {@code GET
 * /contacts?campaign=ID}:
 *
 * <pre>{@code
 * {"taken":100,"buffered":40,"ringing":6,"talking":4,
 *  "answered":20,"notAnswered":24,"failed":2,"expired":4,
 *  "disconnectReasons":{"CUSTOMER_DISCONNECT":13,"AGENT_DISCONNECT":7,…,"EXPIRED":4}}
 * }</pre>
 *
 * {@code taken} = {@code buffered} + {@code ringing} + {@code talking} + {@code answered} + {@code
 * notAnswered} + {@code failed} + {@code expired}; the last four are the sums of {@code
 * disconnectReasons}, in which every reason stands.
 *
 * @param taken dial requests accepted, each once
 * @param talking answered and not yet over
 */
public record ContactCounts(
    long taken,
    long buffered,
    long ringing,
    long talking,
    long answered,
    long notAnswered,
    long failed,
    long expired,
    Map<DisconnectReason, Long> disconnectReasons) {

  static ContactCounts of(Dialer dialer, long taken) {
    var reasons = new EnumMap<DisconnectReason, Long>(DisconnectReason.class);
    var outcomes = new EnumMap<DisconnectReason.Outcome, Long>(DisconnectReason.Outcome.class);
    for (DisconnectReason reason : DisconnectReason.values()) {
      reasons.put(reason, dialer.ended(reason));
      outcomes.merge(reason.outcome(), dialer.ended(reason), Long::sum);
    }
    return new ContactCounts(
        taken,
        dialer.buffered(),
        dialer.ringing(),
        dialer.talking(),
        outcomes.getOrDefault(DisconnectReason.Outcome.ANSWERED, 0L),
        outcomes.getOrDefault(DisconnectReason.Outcome.NOT_ANSWERED, 0L),
        outcomes.getOrDefault(DisconnectReason.Outcome.FAILED, 0L),
        outcomes.getOrDefault(DisconnectReason.Outcome.EXPIRED, 0L),
        reasons);
  }
}
