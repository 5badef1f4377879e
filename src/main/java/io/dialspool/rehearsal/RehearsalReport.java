package io.dialspool.rehearsal;

import io.dialspool.request.WaitingFor;
import java.util.Map;

/**
 * How it went. {@code rows = accepted + duplicates + rejected}, {@code accepted = submitted +
 * rejectedByTarget + expired + undeliverable}, {@code submitted = dialled + expiredAtDialer}.
 *
 * @param rows of all files
 * @param expired requests whose deadline came before their turn: never sent
 * @param expiredAtDialer requests that the dialer took and whose expiration passed in its buffer
 * @param answered of those dialled
 * @param beganAtMs when it would begin; milliseconds since 1970
 * @param handedOverMs from there until no request was left here; milliseconds
 * @param finishedMs from there until the dialer's last call had ended; milliseconds
 * @param calls PutDialRequestBatch calls
 * @param callsThrottled of them, refused whole: the API's rate
 * @param callsDialerFull of them, with an item that met a full buffer
 * @param itemsDialerFull such items, each as often as it did
 * @param requestsSent requests in all calls, each as often as it was sent
 * @param heldMs how long the queue was held by what; milliseconds
 * @param rehearsedSeconds how long the rehearsal itself took
 */
public record RehearsalReport(
    long rows,
    long accepted,
    long duplicates,
    long rejected,
    long submitted,
    long rejectedByTarget,
    long expired,
    long undeliverable,
    long dialled,
    long answered,
    long expiredAtDialer,
    long beganAtMs,
    long handedOverMs,
    long finishedMs,
    long calls,
    long callsThrottled,
    long callsDialerFull,
    long itemsDialerFull,
    long requestsSent,
    Map<WaitingFor, Long> heldMs,
    double rehearsedSeconds) {
  public RehearsalReport {
    heldMs = Map.copyOf(heldMs);
  }

  /** Requests a call, on average. */
  public double batchFill() {
    return calls == 0 ? 0 : requestsSent / (double) calls;
  }
}
