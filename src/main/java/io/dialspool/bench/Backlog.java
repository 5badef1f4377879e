package io.dialspool.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A large backlog from its parking to its end. One thread.
 *
 * <p>The campaigns are paused at the target, and resumed through the service as soon as it is ready
 * again. Were they resumed behind its back, the gates' rule would be timed and not the start: after
 * a pause they open on two reads 5 s apart.
 */
final class Backlog {
  private static final String HEAP = "-Xmx512m";
  private static final double MIB = 1 << 20;
  private static final int STATUS_WARM_UP_SECONDS = 5;
  private static final int STATUS_CONNECTIONS = 4;

  /**
   * How much of everything.
   *
   * @param requests parked
   * @param settleSeconds before dial requests are looked up, and before it counts as idle
   * @param statusRate look-ups a second
   * @param few the small backlog
   * @param rounds drains of it
   * @param kill whether the service ends by SIGKILL
   */
  record Size(
      long requests,
      int campaigns,
      int settleSeconds,
      int idleSeconds,
      int statusSeconds,
      int statusRate,
      long few,
      int rounds,
      boolean kill) {}

  private final BedOptions options;
  private final Size size;
  private final Clock clock;
  private final PrintWriter err;

  Backlog(BedOptions options, Size size, Clock clock, PrintWriter err) {
    this.options = options;
    this.size = size;
    this.clock = clock;
    this.err = err;
  }

  boolean run(PrintWriter out, ObjectNode json) throws InterruptedException {
    try (var bed = new Bed(options, clock)) {
      String target = bed.child("target", List.of("bench", "target")).said("target");
      Map<String, String> settings = Delivery.settings(target);
      var delivery = new Delivery(target, clock);
      var sheet = new Sheet();
      Serve first = bed.serve(HEAP, settings);
      List<String> campaigns = delivery.pausedAtTarget(size.campaigns());
      URI bare = URI.create(bed.child("bare-server", List.of("bench", "bare-server")).said("bare"));
      park(first, bare, campaigns, delivery, sheet);
      if (size.kill()) {
        first.kill();
      } else {
        first.close();
      }

      LocalTarget.Taken before = delivery.takenSoFar();
      say("restart");
      long startNs = clock.nanoTime();
      Serve second = bed.serve(HEAP, settings);
      ServeFigures.Snapshot from = second.fresh();
      Delivery.change(campaigns, "resume", second);
      Delivery.Drain drain = delivery.untilAllArrived(before);
      ServeFigures during = second.since(from);
      double fewPerSecond = few(second, campaigns.subList(0, 1), delivery);
      sheet
          .row("start until ready, s", "readySeconds", 3, one(second.readyAfterNs() / 1e9))
          .row(
              "start until the first batch, s",
              "firstBatchSeconds",
              3,
              one((drain.firstNs() - startNs) / 1e9))
          .row("drain, items/s", "drainPerSecond", 0, one(drain.perSecond()))
          .row(
              "drain, first and last tenth cut",
              "steadyDrainPerSecond",
              0,
              one(drain.steadyPerSecond()))
          .row("batch fill", "fill", 3, one(drain.fill()))
          .row("drain with few waiting, items/s", "fewDrainPerSecond", 0, one(fewPerSecond))
          .row(
              "ratio to that, steady",
              "ratio",
              3,
              one(fewPerSecond == 0 ? 0 : drain.steadyPerSecond() / fewPerSecond))
          .row(
              "CPU us/item of the drain",
              "cpuUsPerItem",
              3,
              one(during.cpuNs() / 1e3 / drain.items()))
          .row(
              "GC pauses of the drain, longest ms",
              "gcPauseMaxMs",
              0,
              one((double) during.pauseMaxMs()))
          .row(
              "resident afterwards, most ever MiB",
              "residentMaxAfterMiB",
              0,
              one(second.process().residentMaxBytes() / MIB));
      boolean addsUp = delivery.addsUp(second);
      out.printf(
          Locale.ROOT,
          "%,d dial requests of %,d paused campaigns, heap %s, few: %,d%n%n%s%nacknowledged %,d,"
              + " arrived %,d, each once under its token and settled: %s%n",
          size.requests(),
          size.campaigns(),
          String.join(" ", options.flags(HEAP)),
          size.few(),
          sheet.text(),
          delivery.parked(),
          delivery.taken().items(),
          addsUp ? "yes" : "NO");
      sheet.into(json);
      json.put("requests", size.requests())
          .put("campaigns", size.campaigns())
          .put("acknowledged", delivery.parked())
          .put("arrived", delivery.taken().items())
          .put("addsUp", addsUp);
      return addsUp;
    }
  }

  /** Fills the service and looks at it while everything waits. */
  private void park(Serve serve, URI bare, List<String> campaigns, Delivery delivery, Sheet sheet)
      throws InterruptedException {
    say(String.format(Locale.ROOT, "park %,d", size.requests()));
    LoadPlan plan = AtOnce.parking(campaigns, size.requests());
    String run = LoadGenerator.newRun();
    LoadResult parked = delivery.park(plan, serve, run);
    settle();
    say("look up, open loop: 2 x " + size.statusSeconds() + " s");
    LoadResult ofBare = status(bare, plan, run, parked.drawn());
    LoadResult status = status(serve.intake(), plan, run, parked.drawn());
    settle();
    say("idle: " + size.idleSeconds() + " s");
    serve.warmUpLooks();
    ServeFigures.Snapshot from = serve.fresh();
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(size.idleSeconds()));
    ServeFigures idle = serve.since(from);
    long heap = serve.heapAfterCollectionBytes();
    ProcessFigures process = serve.process();
    sheet
        .row("parked, items/s", "parkedPerSecond", 0, one(parked.itemsPerSecond()))
        .row("resident MiB", "residentMiB", 0, one(process.residentBytes() / MIB))
        .row("resident, most ever MiB", "residentMaxMiB", 0, one(process.residentMaxBytes() / MIB))
        .row("heap after a collection, MiB", "heapMiB", 1, one(heap / MIB))
        .row(
            "spool on disk, MiB",
            "spoolMiB",
            0,
            one(serve.metrics().sum("dialspool_spool_bytes") / MIB))
        .row("status by token, p50 ms", "statusP50Ms", 3, one(status.percentileMs(50)))
        .row("status by token, p99 ms", "statusP99Ms", 3, one(status.percentileMs(99)))
        .row("status by token, p99.9 ms", "statusP999Ms", 3, one(status.percentileMs(99.9)))
        .row("bare limit at that rate, p50 ms", "bareP50Ms", 3, one(ofBare.percentileMs(50)))
        .row("bare limit at that rate, p99 ms", "bareP99Ms", 3, one(ofBare.percentileMs(99)))
        .row("bare limit at that rate, p99.9 ms", "bareP999Ms", 3, one(ofBare.percentileMs(99.9)))
        .row("idle CPU, % of a core", "idleCpuPercent", 2, one(idle.cores() * 100));
  }

  private LoadResult status(URI url, LoadPlan parked, String run, List<Long> drawn)
      throws InterruptedException {
    String authority = url.getRawAuthority();
    LoadPlan plan =
        LoadPlan.of(parked.campaigns(), 1, false, STATUS_CONNECTIONS)
            .during(STATUS_WARM_UP_SECONDS, size.statusSeconds())
            .at(size.statusRate());
    LoadResult result =
        LoadGenerator.run(
            plan,
            url,
            connection -> {
              int by = connection % drawn.size();
              return new StatusTemplate(parked, authority, run, by, drawn.get(by));
            },
            clock,
            LoadGenerator.Window.NONE);
    if (result.failed() > 0) {
      throw new BenchFailure("not all could be looked up: " + result.errors(), null);
    }
    return result;
  }

  /** The median rate of some drains of a small backlog, the first not counted. */
  private double few(Serve serve, List<String> campaign, Delivery delivery)
      throws InterruptedException {
    say(String.format(Locale.ROOT, "%d drains of %,d", size.rounds() + 1, size.few()));
    var rates = new ArrayList<Double>();
    for (int i = 0; i <= size.rounds(); i++) {
      Delivery.change(campaign, "pause", serve);
      delivery.park(AtOnce.parking(campaign, size.few()), serve);
      LocalTarget.Taken before = delivery.takenSoFar();
      Delivery.change(campaign, "resume", serve);
      double rate = delivery.untilAllArrived(before).perSecond();
      if (i > 0) {
        rates.add(rate);
      }
    }
    return Sheet.median(rates.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** What store and JIT have to tidy up after so much is neither looking up nor idling. */
  private void settle() {
    say("settle: " + size.settleSeconds() + " s");
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(size.settleSeconds()));
  }

  private static List<Double> one(double value) {
    return List.of(value);
  }

  private void say(String what) {
    err.println(what);
    err.flush();
  }
}
