package io.dialspool.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Delivery to a target that is slower than we are, played by the {@code campaign-service}: how much
 * of what it gives is used, and how much is asked in vain. What is used stands in its own record.
 */
final class Scarce {
  private static final int BUFFER_WITHOUT_END = 10_000_000;
  private static final int CALLS_ITEMS = 25;
  private static final int UPLOADS = 4;

  private final Bed bed;
  private final double callsPerSecond;
  private final int latencyMs;
  private final int buffer;
  private final int warmupSeconds;
  private final int seconds;
  private final PrintWriter err;
  private final Clock clock = Clock.SYSTEM;

  Scarce(
      Bed bed,
      double callsPerSecond,
      int latencyMs,
      int buffer,
      int warmupSeconds,
      int seconds,
      PrintWriter err) {
    this.bed = bed;
    this.callsPerSecond = callsPerSecond;
    this.latencyMs = latencyMs;
    this.buffer = buffer;
    this.warmupSeconds = warmupSeconds;
    this.seconds = seconds;
    this.err = err;
  }

  /**
   * What both sides had counted at one moment.
   *
   * @param taken dial requests by the target, in its own record
   * @param buffered of these, not yet dialled
   * @param answered calls by the service's meters
   * @param throttled calls answered 429
   * @param sent dial requests in all calls
   */
  private record Count(
      long atNs, long taken, long buffered, double answered, double throttled, double sent) {

    long drained() {
      return taken - buffered;
    }
  }

  private Count count(Serve serve, ServiceCalls target, String campaign)
      throws InterruptedException {
    JsonNode contacts = target.get("/contacts?campaign=" + campaign);
    Scrape metrics = serve.metrics();
    return new Count(
        clock.nanoTime(),
        contacts.path("taken").asLong(),
        contacts.path("buffered").asLong(),
        metrics.sum("dialspool_calls_total", "outcome=\"answered\""),
        metrics.sum("dialspool_calls_total", "outcome=\"throttled\""),
        metrics.sum("dialspool_batch_fill_items_sum"));
  }

  /** A service beside a {@code campaign-service}, with more waiting than can be delivered. */
  private final class Scene {
    final Serve serve;
    final ServiceCalls target;
    final String campaign;
    final long parked;

    Scene(int itsBuffer, int drainPerSecond, double itemsPerSecondMax, int steps)
        throws InterruptedException {
      String url =
          bed.child(
                  "campaign-service",
                  List.of(
                      "campaign-service",
                      "--port",
                      "0",
                      "--data",
                      bed.directory().resolve("target").toString(),
                      "--calls-per-second",
                      "" + callsPerSecond,
                      "--burst",
                      "" + (int) Math.max(1, callsPerSecond),
                      "--buffer",
                      "" + itsBuffer,
                      "--drain-per-second",
                      "" + drainPerSecond,
                      "--latency-ms",
                      "" + latencyMs))
              .said("campaign-service");
      target = new ServiceCalls(url);
      var sets = new LinkedHashMap<String, String>(Delivery.settings(url));
      sets.put("target.callsPerSecond", "" + callsPerSecond);
      serve = bed.serve("-Xmx1g", sets);
      List<String> campaigns = serve.pausedCampaigns(1);
      campaign = campaigns.get(0);
      long needed =
          (long) (1.2 * itemsPerSecondMax * (warmupSeconds + seconds) * steps)
              + (itsBuffer == BUFFER_WITHOUT_END ? 0 : itsBuffer)
              + 10 * CALLS_ITEMS;
      int lines = (int) Math.min(10_000, Math.max(1, needed / UPLOADS));
      parked =
          LoadGenerator.run(
                  LoadPlan.of(campaigns, lines, true, UPLOADS).of(needed, 0, 0),
                  serve.intake(),
                  clock)
              .itemsEver();
      if (parked < needed) {
        throw new BenchFailure("not all could be parked: " + parked + " of " + needed, null);
      }
      serve.data().change(campaign, "resume");
    }

    Count count() throws InterruptedException {
      return Scarce.this.count(serve, target, campaign);
    }

    /** Whether the service's own account and the target's agree, and nothing is lost. */
    boolean addsUp() throws InterruptedException {
      serve.data().change(campaign, "pause");
      long giveUpNs = clock.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      JsonNode counts = counts();
      while (counts.path("inFlight").asLong() > 0 && clock.nanoTime() < giveUpNs) {
        LockSupport.parkNanos(100_000_000);
        counts = counts();
      }
      long submitted = counts.path("submitted").asLong();
      return counts.path("accepted").asLong() == parked
          && submitted == target.get("/contacts?campaign=" + campaign).path("taken").asLong()
          && submitted + counts.path("queued").asLong() == parked;
    }

    private JsonNode counts() throws InterruptedException {
      return serve.data().get("/campaigns/" + campaign + "/spool").path("counts");
    }
  }

  /** A target with a quota of calls. */
  boolean quota(PrintWriter out, ObjectNode json) throws InterruptedException {
    var scene = new Scene(BUFFER_WITHOUT_END, 1_000_000, callsPerSecond * CALLS_ITEMS, 1);
    say("a quota of " + callsPerSecond + " calls/s: " + (warmupSeconds + seconds) + " s");
    long startNs = clock.nanoTime();
    until(startNs + TimeUnit.SECONDS.toNanos(warmupSeconds));
    Count from = scene.count();
    until(startNs + TimeUnit.SECONDS.toNanos(warmupSeconds + seconds));
    Count to = scene.count();
    double during = (to.atNs() - from.atNs()) / 1e9;
    double answered = to.answered() - from.answered();
    double throttled = to.throttled() - from.throttled();
    long items = to.taken() - from.taken();
    double share = items / (callsPerSecond * CALLS_ITEMS * during);
    double calls = answered / (callsPerSecond * during);
    double wasted = answered + throttled == 0 ? 0 : throttled / (answered + throttled);
    boolean addsUp = scene.addsUp();
    out.printf(
        Locale.ROOT,
        "a target with %.1f calls/s, %d ms each, watched for %.1f s%n%n"
            + "%-34s %13.2f %%%n%-34s %13.2f %%%n%-34s %13.3f %%%n%-34s %13.3f%n%-34s %13.1f%n",
        callsPerSecond,
        latencyMs,
        during,
        "quota used, in items of full calls",
        share * 100,
        "quota used, in calls",
        calls * 100,
        "calls wasted on 429",
        wasted * 100,
        "batch fill",
        answered == 0 ? 0 : items / answered,
        "items/s",
        items / during);
    out.println();
    out.println("the accounts add up: " + (addsUp ? "yes" : "NO"));
    json.put("callsPerSecond", callsPerSecond)
        .put("latencyMs", latencyMs)
        .put("seconds", Sheet.rounded(during))
        .put("quotaUsedItems", Sheet.rounded(share))
        .put("quotaUsedCalls", Sheet.rounded(calls))
        .put("callsWasted", Sheet.rounded(wasted))
        .put("fill", Sheet.rounded(answered == 0 ? 0 : items / answered))
        .put("itemsPerSecond", Sheet.rounded(items / during))
        .put("bareItemsPerSecond", callsPerSecond * CALLS_ITEMS)
        .put("ratio", Sheet.rounded(share))
        .put("addsUp", addsUp);
    return addsUp;
  }

  /** A target whose dialer drains its buffer at these rates, one after the other. */
  boolean drains(List<Integer> rates, PrintWriter out, ObjectNode json)
      throws InterruptedException {
    int fastest = rates.stream().mapToInt(Integer::intValue).max().orElse(1);
    var scene = new Scene(buffer, rates.get(0), fastest, rates.size());
    ArrayNode steps =
        json.put("callsPerSecond", callsPerSecond).put("buffer", buffer).putArray("steps");
    out.printf(
        Locale.ROOT,
        "a dialer whose buffer of %,d drains at %s/s, each watched for %d s from %d s on%n%n"
            + "%10s %16s %22s %16s%n",
        buffer,
        rates,
        seconds,
        warmupSeconds,
        "drain/s",
        "of it used %",
        "RequestThrottled %",
        "items/s sent");
    for (int rate : rates) {
      say("drain rate " + rate + "/s: " + (warmupSeconds + seconds) + " s");
      scene.target.call("PUT", "/faults", "{\"drainPerSecond\":" + rate + "}");
      long startNs = clock.nanoTime();
      until(startNs + TimeUnit.SECONDS.toNanos(warmupSeconds));
      Count from = scene.count();
      until(startNs + TimeUnit.SECONDS.toNanos(warmupSeconds + seconds));
      Count to = scene.count();
      double during = (to.atNs() - from.atNs()) / 1e9;
      double used = (to.drained() - from.drained()) / (rate * during);
      double sent = to.sent() - from.sent();
      double refused = sent == 0 ? 0 : (sent - (to.taken() - from.taken())) / sent;
      out.printf(
          Locale.ROOT,
          "%10d %16.2f %22.2f %16.1f%n",
          rate,
          used * 100,
          refused * 100,
          sent / during);
      out.flush();
      steps
          .addObject()
          .put("drainPerSecond", rate)
          .put("used", Sheet.rounded(used))
          .put("requestThrottled", Sheet.rounded(refused))
          .put("itemsPerSecondSent", Sheet.rounded(sent / during));
    }
    boolean addsUp = scene.addsUp();
    out.println();
    out.println("the accounts add up: " + (addsUp ? "yes" : "NO"));
    json.put("addsUp", addsUp);
    return addsUp;
  }

  private void until(long atNs) throws InterruptedException {
    for (long leftNs = atNs - clock.nanoTime(); leftNs > 0; leftNs = atNs - clock.nanoTime()) {
      LockSupport.parkNanos(leftNs);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private void say(String what) {
    err.println(what);
    err.flush();
  }
}
