package io.dialspool.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What one dial request costs in CPU, in and out, as the campaigns that share them grow in number.
 * Each number has a service and a spool of its own, and so many batches of 25 that each campaign
 * gets full ones.
 */
final class LaneCosts {
  private static final int CONNECTIONS = 16;
  private static final int ITEMS = 25;

  private final BedOptions options;
  private final long requests;
  private final Clock clock;
  private final PrintWriter err;

  LaneCosts(BedOptions options, long requests, Clock clock, PrintWriter err) {
    this.options = options;
    this.requests = requests;
    this.clock = clock;
    this.err = err;
  }

  private record Cost(double inUs, double outUs, double inPerSecond, double outPerSecond) {
    double us() {
      return inUs + outUs;
    }
  }

  boolean run(List<Integer> lanes, PrintWriter out, ObjectNode json) throws InterruptedException {
    ArrayNode steps = json.put("requests", requests).putArray("lanes");
    out.printf(
        Locale.ROOT,
        "%,d dial requests, 25 in each PutDialRequestBatch, campaigns in turns%n%n"
            + "%10s %14s %14s %14s %10s %14s %14s%n",
        requests,
        "lanes",
        "CPU us/item in",
        "CPU us/item out",
        "both",
        "of the first",
        "items/s in",
        "items/s out");
    boolean addsUp = true;
    Cost first = null;
    for (int number : lanes) {
      err.println(number + " lanes");
      err.flush();
      try (var bed = new Bed(options, clock)) {
        String target = bed.child("target", List.of("bench", "target")).said("target");
        var delivery = new Delivery(target, clock);
        Serve serve = bed.serve("-Xmx1g", Delivery.settings(target));
        List<String> campaigns = serve.pausedCampaigns(number);
        Cost cost = cost(campaigns, delivery, serve);
        first = first == null ? cost : first;
        addsUp &= delivery.addsUp(serve);
        out.printf(
            Locale.ROOT,
            "%,10d %14.2f %14.2f %14.2f %10.2f %,14.0f %,14.0f%n",
            number,
            cost.inUs(),
            cost.outUs(),
            cost.us(),
            cost.us() / first.us(),
            cost.inPerSecond(),
            cost.outPerSecond());
        out.flush();
        steps
            .addObject()
            .put("lanes", number)
            .put("cpuUsPerItemIn", Sheet.rounded(cost.inUs()))
            .put("cpuUsPerItemOut", Sheet.rounded(cost.outUs()))
            .put("ratio", Sheet.rounded(cost.us() / first.us()))
            .put("itemsPerSecondIn", Sheet.rounded(cost.inPerSecond()))
            .put("itemsPerSecondOut", Sheet.rounded(cost.outPerSecond()));
      }
    }
    out.println();
    out.println("the accounts add up: " + (addsUp ? "yes" : "NO"));
    json.put("addsUp", addsUp);
    return addsUp;
  }

  /** The second of two rounds: in the first, half of the CPU is the compiler's. */
  private Cost cost(List<String> campaigns, Delivery delivery, Serve serve)
      throws InterruptedException {
    Cost cost = null;
    for (int round = 0; round < 2; round++) {
      Delivery.change(campaigns, "pause", serve);
      ServeFigures.Snapshot from = serve.fresh();
      LoadResult parked =
          delivery.park(
              LoadPlan.of(campaigns, ITEMS, false, CONNECTIONS).of(requests, 0, 0), serve);
      ServeFigures in = serve.since(from);
      LocalTarget.Taken before = delivery.takenSoFar();
      ServeFigures.Snapshot opened = serve.fresh();
      Delivery.change(campaigns, "resume", serve);
      Delivery.Drain drain = delivery.untilAllArrived(before);
      ServeFigures toTheEnd = serve.since(opened);
      cost =
          new Cost(
              in.cpuNs() / 1e3 / parked.items(),
              toTheEnd.cpuNs() / 1e3 / drain.items(),
              parked.itemsPerSecond(),
              drain.perSecond());
    }
    return Objects.requireNonNull(cost);
  }
}
