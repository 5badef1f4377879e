package io.dialspool.simulation;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** One campaign at the target: its state and what a late reader still sees, its dialer's buffer. */
final class SimulatedCampaign {
  private record Since(long timeNs, CampaignState state) {}

  private final CampaignId id;
  private final ArrayDeque<Since> states = new ArrayDeque<>();
  private double drainPerSecond = Double.POSITIVE_INFINITY;
  private double bufferItems = 1_000_000;
  private double buffered;
  private long bufferedAtNs;
  private boolean deleted;

  /** Tokens by their scope and name; shared between campaigns when they are the account's. */
  final Map<String, Taken> tokens;

  /** A dial request as the target keeps it. */
  record Taken(String id, String payload, long atMs) {}

  SimulatedCampaign(CampaignId id, CampaignState state, Map<String, Taken> tokens) {
    this.id = id;
    this.tokens = tokens;
    states.add(new Since(Long.MIN_VALUE, state));
  }

  static Map<String, Taken> noTokens() {
    return new HashMap<>();
  }

  CampaignId id() {
    return id;
  }

  CampaignState state() {
    return states.getLast().state;
  }

  /** What was true at a time, for a read that lags. */
  CampaignState stateAt(long timeNs) {
    Iterator<Since> newestFirst = states.descendingIterator();
    while (newestFirst.hasNext()) {
      Since since = newestFirst.next();
      if (since.timeNs <= timeNs) {
        return since.state;
      }
    }
    return states.getFirst().state;
  }

  /** It is gone, for good. */
  void delete() {
    deleted = true;
  }

  boolean isDeleted() {
    return deleted;
  }

  void become(CampaignState state, long nowNs) {
    states.addLast(new Since(nowNs, state));
  }

  /** From now on the agents take so many items a second, and the buffer holds so many. */
  void dialer(double itemsPerSecond, double items, long nowNs) {
    drain(nowNs);
    drainPerSecond = itemsPerSecond;
    bufferItems = items;
  }

  private void drain(long nowNs) {
    double seconds = (nowNs - bufferedAtNs) / 1e9;
    bufferedAtNs = nowNs;
    if (seconds > 0) {
      buffered = Math.max(0, buffered - seconds * drainPerSecond);
    }
  }

  /** Room in the buffer for one more; takes it. */
  boolean hasRoom(long nowNs) {
    drain(nowNs);
    if (buffered + 1 > bufferItems) {
      return false;
    }
    buffered++;
    return true;
  }
}
