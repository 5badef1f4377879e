package io.dialspool.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one {@code bench intake}.
 *
 * @param rounds at least one
 * @param disk the bare disk; null if the service was not ours to look at
 */
record IntakeReport(URI endpoint, List<Round> rounds, @Nullable DiskLimit disk) {

  /**
   * One after the other, the same load on both.
   *
   * @param service the port under load
   * @param bare a server that does nothing
   * @param serve what the service used; null if it was not ours to look at
   */
  record Round(LoadResult service, LoadResult bare, @Nullable ServeFigures serve) {
    /** Requests per second, of the bare limit; 0 if that got none. */
    double ratio() {
      return bare.requestsPerSecond() == 0
          ? 0
          : service.requestsPerSecond() / bare.requestsPerSecond();
    }
  }

  boolean isClean() {
    return rounds.stream().allMatch(round -> round.service().isClean());
  }

  /** By what they are of. */
  Map<String, Histogram> latencies() {
    var latencies = new LinkedHashMap<String, Histogram>();
    for (int i = 0; i < rounds.size(); i++) {
      latencies.put("intake-" + (i + 1), rounds.get(i).service().latencyNs());
    }
    latencies.put("bare-1", rounds.get(0).bare().latencyNs());
    return latencies;
  }

  private LoadPlan plan() {
    return rounds.get(0).service().plan();
  }

  private Sheet ofService() {
    return sheet(rounds.stream().map(Round::service).toList(), "");
  }

  private static Sheet sheet(List<LoadResult> results, String of) {
    return new Sheet()
        .row(
            of + "requests/s", "requestsPerSecond", 0, each(LoadResult::requestsPerSecond, results))
        .row(of + "items/s", "itemsPerSecond", 0, each(LoadResult::itemsPerSecond, results))
        .row(of + "p50 ms", "p50Ms", 3, each(result -> result.percentileMs(50), results))
        .row(of + "p99 ms", "p99Ms", 3, each(result -> result.percentileMs(99), results))
        .row(of + "p99.9 ms", "p999Ms", 3, each(result -> result.percentileMs(99.9), results))
        .row(of + "longest ms", "maxMs", 3, each(LoadResult::maxMs, results));
  }

  private static <T> List<Double> each(ToDoubleFunction<T> figure, List<T> of) {
    return of.stream().map(figure::applyAsDouble).toList();
  }

  private Sheet ratio() {
    return new Sheet().row("ratio to the bare limit", "ratio", 3, each(Round::ratio, rounds));
  }

  /** Null if the service was not ours to look at. */
  private @Nullable Sheet ofProcess() {
    List<Round> seen = rounds.stream().filter(round -> round.serve() != null).toList();
    if (seen.isEmpty()) {
      return null;
    }
    List<ServeFigures> figures =
        seen.stream().map(round -> Objects.requireNonNull(round.serve())).toList();
    return new Sheet()
        .row("CPU, cores", "cores", 2, each(ServeFigures::cores, figures))
        .row("CPU of bench itself, cores", "benchCores", 2, each(ServeFigures::benchCores, figures))
        .row(
            "CPU us/request",
            "cpuUsPerRequest",
            2,
            each(round -> cpuUs(round) / answered(round), seen))
        .row("CPU us/item", "cpuUsPerItem", 3, each(round -> cpuUs(round) / items(round), seen))
        .row(
            "garbage bytes/item, intake path",
            "intakeBytesPerItem",
            1,
            each(round -> serve(round).intakeBytes() / items(round), seen))
        .row(
            "garbage bytes/item, all threads",
            "bytesPerItem",
            1,
            each(round -> serve(round).bytes() / items(round), seen))
        .row("fsyncs/s", "syncsPerSecond", 0, each(ServeFigures::syncsPerSecond, figures))
        .row("items per fsync", "itemsPerSync", 1, each(ServeFigures::itemsPerSync, figures))
        .row("write and fsync, mean ms", "syncMs", 3, each(ServeFigures::syncMs, figures))
        .row("GC pauses", "gcPauses", 0, each(ServeFigures::collections, figures))
        .row("GC pauses, ms together", "gcPausedMs", 0, each(ServeFigures::pausedMs, figures))
        .row("GC pauses, longest ms", "gcPauseMaxMs", 0, each(ServeFigures::pauseMaxMs, figures));
  }

  private static ServeFigures serve(Round round) {
    return Objects.requireNonNull(round.serve());
  }

  private static double cpuUs(Round round) {
    return serve(round).cpuNs() / 1e3;
  }

  private static double answered(Round round) {
    return Math.max(1, round.service().answered() * watched(round));
  }

  private static double items(Round round) {
    return Math.max(1, round.service().items() * watched(round));
  }

  /** The service was looked at for a little longer than its answers were counted. */
  private static double watched(Round round) {
    return serve(round).seconds() / round.service().plan().seconds();
  }

  private SortedMap<String, Long> errors() {
    var errors = new TreeMap<String, Long>();
    rounds.forEach(
        round ->
            round
                .service()
                .errors()
                .forEach((what, count) -> errors.merge(what, count, Long::sum)));
    return errors;
  }

  private long total(ToLongFunction<LoadResult> count) {
    return rounds.stream().map(Round::service).mapToLong(count).sum();
  }

  String table() {
    LoadPlan plan = plan();
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %,d %s, %d connections, %s, %d round(s) of %d s%n%n",
            endpoint,
            plan.itemsPerRequest(),
            plan.lines() ? "lines an upload" : "item(s) a request",
            plan.connections(),
            plan.requestsPerSecond() == 0
                ? "as fast as answers come"
                : plan.requestsPerSecond() + " requests/s, latency from the intended send time",
            rounds.size(),
            plan.seconds()));
    text.append(ofService().text()).append(System.lineSeparator());
    text.append(sheet(rounds.stream().map(Round::bare).toList(), "bare limit, ").text());
    text.append(ratio().text());
    if (disk != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-34s %,13.0f (groups/s %,.0f, p50 %.3f ms, p99 %.3f ms)%n",
              "bare disk, items/s",
              disk.itemsPerSecond(),
              disk.groupsPerSecond(),
              disk.syncP50Ms(),
              disk.syncP99Ms()));
    }
    Sheet process = ofProcess();
    if (process != null) {
      text.append(System.lineSeparator()).append(process.text());
      text.append(serve(rounds.get(rounds.size() - 1)).threads()).append(System.lineSeparator());
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%nsent %,d requests: %,d answered with 200, %,d otherwise; %,d more were due and not"
                + " sent%n%,d items in the answered ones: %,d refused (%,d sent invalid), %,d sent"
                + " as duplicates%n",
            total(LoadResult::sent),
            total(LoadResult::answered),
            total(LoadResult::failed),
            total(LoadResult::notSent),
            total(LoadResult::items),
            total(LoadResult::itemsFailed),
            total(LoadResult::itemsInvalid),
            total(LoadResult::itemsRepeated)));
    if (total(LoadResult::connectionsLost) > 0) {
      text.append(
          String.format(Locale.ROOT, "%,d connections lost%n", total(LoadResult::connectionsLost)));
    }
    errors()
        .forEach(
            (what, count) ->
                text.append(String.format(Locale.ROOT, "%,d requests: %s%n", count, what)));
    return text.toString();
  }

  /** One object on one line. */
  String json() {
    LoadPlan plan = plan();
    ObjectNode json =
        ServiceCalls.JSON
            .createObjectNode()
            .put("endpoint", endpoint.toString())
            .put("campaign", plan.campaigns().get(0))
            .put("campaigns", plan.campaigns().size())
            .put("itemsPerRequest", plan.itemsPerRequest())
            .put("ndjson", plan.lines())
            .put("connections", plan.connections())
            .put("rate", plan.requestsPerSecond())
            .put("duplicates", plan.duplicates())
            .put("invalid", plan.invalid())
            .put("seconds", plan.seconds());
    ObjectNode intake = json.putObject("intake");
    ofService().into(intake);
    intake
        .put("sent", total(LoadResult::sent))
        .put("answered", total(LoadResult::answered))
        .put("items", total(LoadResult::items))
        .put("itemsFailed", total(LoadResult::itemsFailed))
        .put("itemsInvalid", total(LoadResult::itemsInvalid))
        .put("itemsRepeated", total(LoadResult::itemsRepeated))
        .put("notSent", total(LoadResult::notSent))
        .put("connectionsLost", total(LoadResult::connectionsLost))
        .put("failed", total(LoadResult::failed));
    ObjectNode errors = intake.putObject("errors");
    errors().forEach(errors::put);
    ObjectNode bare = json.putObject("bare");
    sheet(rounds.stream().map(Round::bare).toList(), "").into(bare);
    bare.put("answered", rounds.stream().mapToLong(round -> round.bare().answered()).sum());
    json.put(
        "ratio", Sheet.rounded(Sheet.median(rounds.stream().mapToDouble(Round::ratio).toArray())));
    if (disk != null) {
      json.putObject("disk")
          .put("itemsPerSecond", Sheet.rounded(disk.itemsPerSecond()))
          .put("groupsPerSecond", Sheet.rounded(disk.groupsPerSecond()))
          .put("p50Ms", Sheet.rounded(disk.syncP50Ms()))
          .put("p99Ms", Sheet.rounded(disk.syncP99Ms()));
    }
    Sheet process = ofProcess();
    if (process != null) {
      process.into(json.putObject("serve"));
    }
    return json.toString();
  }
}
