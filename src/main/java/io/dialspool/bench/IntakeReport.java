package io.dialspool.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Locale;

/**
 * The figures of one {@code bench intake}.
 *
 * @param service the port under load
 * @param bare the same load on a server that does nothing
 */
record IntakeReport(URI endpoint, LoadResult service, LoadResult bare) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Requests per second, of the bare limit; 0 if that got none. */
  double ratio() {
    return bare.requestsPerSecond() == 0
        ? 0
        : service.requestsPerSecond() / bare.requestsPerSecond();
  }

  String table() {
    LoadPlan plan = service.plan();
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d item(s) a request, %d connections, %s, %d s after %d s of warm-up%n%n",
            endpoint,
            plan.itemsPerRequest(),
            plan.connections(),
            plan.requestsPerSecond() == 0
                ? "as fast as answers come"
                : plan.requestsPerSecond() + " requests/s, latency from the intended send time",
            plan.seconds(),
            plan.warmupSeconds()));
    text.append(
        String.format(
            Locale.ROOT,
            "%-12s %12s %12s %10s %10s %10s %10s %10s%n",
            "",
            "requests/s",
            "items/s",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "errors",
            "not sent"));
    text.append(row("intake", service)).append(row("bare limit", bare));
    text.append(String.format(Locale.ROOT, "%-12s %12.3f%n", "ratio", ratio()));
    if (service.itemsFailed() > 0) {
      text.append(
          String.format(Locale.ROOT, "%,d items refused within 200s%n", service.itemsFailed()));
    }
    if (service.connectionsLost() > 0) {
      text.append(String.format(Locale.ROOT, "%,d connections lost%n", service.connectionsLost()));
    }
    service
        .errors()
        .forEach(
            (what, count) ->
                text.append(String.format(Locale.ROOT, "%,d requests: %s%n", count, what)));
    return text.toString();
  }

  private static String row(String name, LoadResult result) {
    return String.format(
        Locale.ROOT,
        "%-12s %,12.0f %,12.0f %10.3f %10.3f %10.3f %,10d %,10d%n",
        name,
        result.requestsPerSecond(),
        result.itemsPerSecond(),
        result.percentileMs(50),
        result.percentileMs(99),
        result.percentileMs(99.9),
        result.failed(),
        result.notSent());
  }

  /** One object on one line. */
  String json() {
    LoadPlan plan = service.plan();
    ObjectNode json =
        MAPPER
            .createObjectNode()
            .put("endpoint", endpoint.toString())
            .put("campaign", plan.campaign())
            .put("itemsPerRequest", plan.itemsPerRequest())
            .put("connections", plan.connections())
            .put("rate", plan.requestsPerSecond())
            .put("seconds", plan.seconds())
            .put("warmupSeconds", plan.warmupSeconds());
    json.set("intake", json(service));
    json.set("bare", json(bare));
    return json.put("ratio", rounded(ratio())).toString();
  }

  private static ObjectNode json(LoadResult result) {
    ObjectNode json =
        MAPPER
            .createObjectNode()
            .put("requestsPerSecond", rounded(result.requestsPerSecond()))
            .put("itemsPerSecond", rounded(result.itemsPerSecond()))
            .put("p50Ms", rounded(result.percentileMs(50)))
            .put("p99Ms", rounded(result.percentileMs(99)))
            .put("p999Ms", rounded(result.percentileMs(99.9)))
            .put("sent", result.sent())
            .put("answered", result.answered())
            .put("itemsFailed", result.itemsFailed())
            .put("notSent", result.notSent())
            .put("connectionsLost", result.connectionsLost())
            .put("failed", result.failed());
    ObjectNode errors = json.putObject("errors");
    result.errors().forEach(errors::put);
    return json;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
