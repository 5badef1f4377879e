package io.dialspool.dispatch;

/** Items per second over the last one to two seconds. */
final class RecentItems {
  private static final long SPAN_NS = 1_000_000_000L;

  private long beganNs = Long.MIN_VALUE;
  private long items;
  private long before;
  private boolean hasBefore;

  void add(int count, long nowNs) {
    turn(nowNs);
    items += count;
  }

  double perSecond(long nowNs) {
    turn(nowNs);
    long spanNs = nowNs - beganNs + (hasBefore ? SPAN_NS : 0);
    return (items + before) * 1e9 / Math.max(spanNs, SPAN_NS);
  }

  private void turn(long nowNs) {
    if (beganNs == Long.MIN_VALUE || nowNs - beganNs >= 2 * SPAN_NS) {
      beganNs = nowNs;
      items = 0;
      before = 0;
      hasBefore = false;
    } else if (nowNs - beganNs >= SPAN_NS) {
      beganNs += SPAN_NS;
      before = items;
      items = 0;
      hasBefore = true;
    }
  }
}
