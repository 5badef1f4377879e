package io.dialspool.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Delivery to a target that answers at once. */
final class AtOnce {
  private static final int BARE_CONNECTIONS = 16; // as many calls as dispatch has in flight
  private static final int BARE_SECONDS = 5;
  private static final int BARE_WARMUP_S = 3;
  private static final int UPLOAD_LINES = 10_000;
  private static final int UPLOADS = 4;

  private final Bed bed;
  private final long requests;
  private final int campaigns;
  private final int rounds;
  private final PrintWriter err;
  private final Clock clock = Clock.SYSTEM;

  AtOnce(Bed bed, long requests, int campaigns, int rounds, PrintWriter err) {
    this.bed = bed;
    this.requests = requests;
    this.campaigns = campaigns;
    this.rounds = rounds;
    this.err = err;
  }

  private record Round(Delivery.Drain drain, ServeFigures serve, double bareItemsPerSecond) {
    double ratio() {
      return bareItemsPerSecond == 0 ? 0 : drain.perSecond() / bareItemsPerSecond;
    }
  }

  /** Whether what arrived is what was acknowledged. */
  boolean run(PrintWriter out, ObjectNode json) throws InterruptedException {
    String target = bed.child("target", List.of("bench", "target")).said("target");
    String bareTarget = bed.child("bare-target", List.of("bench", "target")).said("target");
    Serve serve = bed.serve("-Xmx1g", Delivery.settings(target));
    List<String> ids = serve.pausedCampaigns(campaigns);
    var delivery = new Delivery(target, clock);
    LoadPlan parking = parking(ids, requests);
    say("a round that isn't counted");
    round(delivery, serve, ids, parking, 0);
    var measured = new ArrayList<Round>();
    for (int i = 1; i <= rounds; i++) {
      say("round " + i + " of " + rounds);
      // In turns, as with intake: one after the other, under the same weather.
      double bare = bare(ids, bareTarget);
      measured.add(round(delivery, serve, ids, parking, bare));
    }
    boolean addsUp = delivery.addsUp(serve);

    Sheet sheet =
        new Sheet()
            .row("items/s", "itemsPerSecond", 0, each(measured, r -> r.drain().perSecond()))
            .row(
                "items/s, first and last tenth cut",
                "steadyItemsPerSecond",
                0,
                each(measured, r -> r.drain().steadyPerSecond()))
            .row("batch fill", "fill", 3, each(measured, r -> r.drain().fill()))
            .row(
                "bare limit, items/s",
                "bareItemsPerSecond",
                0,
                each(measured, Round::bareItemsPerSecond))
            .row("ratio to the bare limit", "ratio", 3, each(measured, Round::ratio))
            .row("CPU, cores", "cores", 2, each(measured, r -> r.serve().cores()))
            .row(
                "CPU us/item",
                "cpuUsPerItem",
                3,
                each(measured, r -> r.serve().cpuNs() / 1e3 / r.drain().items()))
            .row(
                "garbage bytes/item",
                "bytesPerItem",
                1,
                each(measured, r -> (double) r.serve().bytes() / r.drain().items()))
            .row("GC pauses", "gcPauses", 0, each(measured, r -> (double) r.serve().collections()))
            .row(
                "GC pauses, longest ms",
                "gcPauseMaxMs",
                0,
                each(measured, r -> (double) r.serve().pauseMaxMs()));
    out.printf(
        Locale.ROOT,
        "%,d dial requests of %,d campaign(s) to a target that answers at once, %d round(s)%n%n%s",
        requests,
        campaigns,
        rounds,
        sheet.text());
    out.println(measured.get(measured.size() - 1).serve().threads());
    out.printf(
        Locale.ROOT,
        "%nacknowledged %,d, arrived %,d, each once under its token and settled: %s%n",
        delivery.parked(),
        delivery.taken().items(),
        addsUp ? "yes" : "NO");
    sheet.into(json);
    json.put("requests", requests)
        .put("campaigns", campaigns)
        .put("acknowledged", delivery.parked())
        .put("arrived", delivery.taken().items())
        .put("calls", delivery.taken().calls())
        .put("addsUp", addsUp);
    return addsUp;
  }

  /** Uploads that take turns over the campaigns. */
  static LoadPlan parking(List<String> campaigns, long requests) {
    int lines = (int) Math.max(1, Math.min(UPLOAD_LINES, requests / campaigns.size()));
    return LoadPlan.of(
            campaigns, lines, true, (int) Math.min(UPLOADS, Math.max(1, requests / lines)))
        .of(requests, 0, 0);
  }

  private Round round(
      Delivery delivery, Serve serve, List<String> ids, LoadPlan parking, double bare)
      throws InterruptedException {
    Delivery.change(ids, "pause", serve);
    LoadResult parked = delivery.park(parking, serve);
    say(String.format(Locale.ROOT, "  parked at %,.0f items/s", parked.itemsPerSecond()));
    LocalTarget.Taken before = delivery.takenSoFar();
    ServeFigures.Snapshot from = serve.fresh();
    Delivery.change(ids, "resume", serve);
    Delivery.Drain drain = delivery.untilAllArrived(before);
    say(String.format(Locale.ROOT, "  delivered at %,.0f items/s", drain.perSecond()));
    return new Round(drain, serve.since(from), bare);
  }

  /** A client that sends batches prepared beforehand to the same kind of target. */
  private double bare(List<String> ids, String target) throws InterruptedException {
    return LoadGenerator.run(
            LoadPlan.of(ids, 25, false, BARE_CONNECTIONS).during(BARE_WARMUP_S, BARE_SECONDS),
            URI.create(target),
            clock)
        .itemsPerSecond();
  }

  private static List<Double> each(List<Round> of, ToDoubleFunction<Round> figure) {
    return of.stream().map(figure::applyAsDouble).toList();
  }

  private void say(String what) {
    err.println(what);
    err.flush();
  }
}
