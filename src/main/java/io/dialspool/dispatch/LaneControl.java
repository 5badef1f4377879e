package io.dialspool.dispatch;

import io.dialspool.lane.Lane;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.Reason;
import io.dialspool.request.WaitingFor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lane with what decides whether it may send: its gate, its dialer's occupancy, and the answers
 * not believed yet.
 */
public final class LaneControl {
  private static final int SECONDS = 60;

  private final Lane lane;
  private final Gate gate = new Gate();
  private final Occupancy occupancy;
  private TargetControl target;

  // Dispatcher only
  boolean ready;
  boolean wasOpen;
  long wakeNs = Long.MAX_VALUE;
  int sweptThrough;
  boolean sweeping;
  boolean failureTold;
  boolean pauseKept; // by the store
  int asked; // of the store, by a read that is under way
  WaitingFor waitingFor = WaitingFor.BATCH;
  private @Nullable Reason ending;
  private long holdUntilNs = Long.MIN_VALUE;

  // Reconcile only
  private final List<QueuedRequest> suspects = new ArrayList<>();
  private final List<QueuedRequest> refusedAlone = new ArrayList<>();
  private long refusedAloneSinceNs;
  private int invalidStreak;
  private long invalidSinceNs;

  private final long[] submittedBySecond = new long[SECONDS];
  private long submittedSecond;
  private long batches;
  private long batchItems;

  LaneControl(Lane lane, Occupancy occupancy, TargetControl target) {
    this.lane = lane;
    this.occupancy = occupancy;
    this.target = target;
  }

  public Lane lane() {
    return lane;
  }

  public Gate gate() {
    return gate;
  }

  /** Where its requests go. */
  public TargetControl target() {
    return target;
  }

  void moveTo(TargetControl another) {
    target = another;
  }

  public Occupancy occupancy() {
    return occupancy;
  }

  /** Why everything in the lane is to end, or null while it isn't. */
  @Nullable Reason ending() {
    return ending;
  }

  void end(Reason why) {
    ending = why;
  }

  /** No call of this lane before then. */
  public void holdUntil(long timeNs) {
    holdUntilNs = Math.max(holdUntilNs, timeNs);
  }

  long holdUntilNs() {
    return holdUntilNs;
  }

  /**
   * Refused with {@code InvalidInput} by a call that refused everything: believed once another call
   * succeeds.
   */
  public List<QueuedRequest> suspects() {
    return suspects;
  }

  /** Refused when they stood alone in a call: believed once another request was accepted. */
  public List<QueuedRequest> refusedAlone() {
    return refusedAlone;
  }

  /** When the last of {@link #refusedAlone} was. */
  public long refusedAloneSinceNs() {
    return refusedAloneSinceNs;
  }

  public void refusedAloneSinceNs(long timeNs) {
    refusedAloneSinceNs = timeNs;
  }

  public int invalidStreak() {
    return invalidStreak;
  }

  public void invalidStreak(int calls) {
    invalidStreak = calls;
  }

  public long invalidSinceNs() {
    return invalidSinceNs;
  }

  public void invalidSinceNs(long timeNs) {
    invalidSinceNs = timeNs;
  }

  public void countSubmitted(int items, long nowNs) {
    forgetOld(nowNs);
    submittedBySecond[(int) (submittedSecond % SECONDS)] += items;
  }

  /** Requests submitted per second over the last minute. */
  double drainPerSecond(long nowNs) {
    forgetOld(nowNs);
    long sum = 0;
    for (long items : submittedBySecond) {
      sum += items;
    }
    return sum / (double) SECONDS;
  }

  private void forgetOld(long nowNs) {
    long second = Math.floorDiv(nowNs, 1_000_000_000L) + (1L << 40); // nanoTime may be negative
    for (long s = Math.max(submittedSecond + 1, second - SECONDS + 1); s <= second; s++) {
      submittedBySecond[(int) (s % SECONDS)] = 0;
    }
    submittedSecond = Math.max(submittedSecond, second);
  }

  void countBatch(int items) {
    batches++;
    batchItems += items;
  }

  double batchFill() {
    return batches == 0 ? 0 : batchItems / (double) batches;
  }
}
