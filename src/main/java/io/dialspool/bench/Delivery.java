package io.dialspool.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Parks dial requests with a service whose campaigns are paused, opens the gates, and watches them
 * arrive at a {@link LocalTarget}. Keeps the account: what was acknowledged, and what came. One
 * thread.
 */
final class Delivery {
  private static final long LOOK_NS = 100_000_000;
  private static final long STANDSTILL_NS = 60_000_000_000L;

  /** The signed client's settings for a target of ours, its calls unbounded. */
  static Map<String, String> settings(String targetUrl) {
    return Map.of(
        "target.kind", "connect-campaigns",
        "target.endpoint", targetUrl,
        "target.accessKeyId", "bench",
        "target.secretAccessKey", "bench",
        "target.callsPerSecond", "1000000");
  }

  private final ServiceCalls target;
  private final Clock clock;
  private long parked;
  private long tokenSum;

  Delivery(String targetUrl, Clock clock) {
    this.target = new ServiceCalls(targetUrl);
    this.clock = clock;
  }

  /**
   * What arrived.
   *
   * @param items since the gates opened
   * @param calls that brought them
   * @param seconds from the first call to the last
   * @param steadyPerSecond between the first tenth of the items and the last; over all if that was
   *     too short to see
   * @param firstNs when the first call came
   */
  record Drain(long items, long calls, double seconds, double steadyPerSecond, long firstNs) {
    double perSecond() {
      return seconds == 0 ? 0 : items / seconds;
    }

    double fill() {
      return calls == 0 ? 0 : (double) items / calls;
    }
  }

  /** As many as the plan says, as fast as they are acknowledged. */
  LoadResult park(LoadPlan plan, Serve serve) throws InterruptedException {
    return park(plan, serve, LoadGenerator.newRun());
  }

  /** The same under tokens that the caller can name. */
  LoadResult park(LoadPlan plan, Serve serve, String run) throws InterruptedException {
    LoadResult result =
        LoadGenerator.run(plan, serve.intake(), run, clock, LoadGenerator.Window.NONE);
    if (!result.isClean()) {
      throw new BenchFailure("not all could be parked: " + result.errors(), null);
    }
    parked += result.itemsEver();
    tokenSum += Tokens.sum(run, result.drawn());
    return result;
  }

  long parked() {
    return parked;
  }

  /** New campaigns that the service has never heard of. */
  List<String> pausedAtTarget(int count) throws InterruptedException {
    var campaigns = new ArrayList<String>();
    for (int i = 1; i <= count; i++) {
      campaigns.add(target.create("bench-" + i));
    }
    target.call("PUT", "/states", "{\"state\":\"Paused\"}");
    return campaigns;
  }

  static void change(List<String> campaigns, String how, Serve serve) throws InterruptedException {
    for (String campaign : campaigns) {
      serve.data().change(campaign, how);
    }
  }

  LocalTarget.Taken taken() throws InterruptedException {
    return LocalTarget.Taken.of(target.get("/taken"));
  }

  /** The same; the next call after this is a first one. */
  LocalTarget.Taken takenSoFar() throws InterruptedException {
    return LocalTarget.Taken.of(target.get("/taken?again"));
  }

  /**
   * Waits until all that is parked has arrived.
   *
   * @param before as {@link #takenSoFar} told it before the gates were opened
   * @throws BenchFailure if nothing moves for a minute
   */
  Drain untilAllArrived(LocalTarget.Taken before) throws InterruptedException {
    long all = parked - before.items();
    LocalTarget.Taken tenth = null;
    LocalTarget.Taken last = before;
    LocalTarget.Taken steadyEnd = null;
    long movedNs = clock.nanoTime();
    while (last.items() < parked) {
      LockSupport.parkNanos(LOOK_NS);
      LocalTarget.Taken now = taken();
      if (now.items() > last.items()) {
        movedNs = clock.nanoTime();
      } else if (clock.nanoTime() - movedNs > STANDSTILL_NS) {
        throw new BenchFailure(
            "after " + (now.items() - before.items()) + " of " + all + " nothing came any more",
            null);
      }
      last = now;
      long came = now.items() - before.items();
      if (tenth == null && came >= all / 10) {
        tenth = now;
      } else if (came <= all * 9 / 10) {
        steadyEnd = now;
      }
    }
    double seconds = (last.lastNs() - last.firstNs()) / 1e9;
    long items = last.items() - before.items();
    double steady = seconds == 0 ? 0 : items / seconds;
    if (tenth != null && steadyEnd != null && steadyEnd.nowNs() - tenth.nowNs() > 3 * LOOK_NS) {
      steady = (steadyEnd.items() - tenth.items()) * 1e9 / (steadyEnd.nowNs() - tenth.nowNs());
    }
    return new Drain(items, last.calls() - before.calls(), seconds, steady, last.firstNs());
  }

  /**
   * Compares the accounts once the service has settled everything.
   *
   * @return whether each dial request that was acknowledged arrived once, under its token, and
   *     stands as submitted
   */
  boolean addsUp(Serve serve) throws InterruptedException {
    long giveUpNs = clock.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    JsonNode counts = serve.data().get("/spool").path("counts");
    while (counts.path("submitted").asLong() < parked && clock.nanoTime() < giveUpNs) {
      LockSupport.parkNanos(LOOK_NS);
      counts = serve.data().get("/spool").path("counts");
    }
    LocalTarget.Taken taken = taken();
    return counts.path("submitted").asLong() == parked
        && counts.path("accepted").asLong() == parked
        && taken.items() == parked
        && taken.tokenSum() == tokenSum;
  }
}
