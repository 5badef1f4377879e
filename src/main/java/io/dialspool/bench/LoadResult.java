package io.dialspool.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What came of a load: {@code sent = answered + errors}.
 *
 * @param sent requests of the counted time
 * @param answered of those, with 200
 * @param items dial requests of the answered ones
 * @param itemsFailed of these, refused within a 200
 * @param itemsRepeated of these, sent under a token of an earlier request
 * @param itemsInvalid of these, sent with a number that is none
 * @param itemsEver acknowledged dial requests, warm-up included
 * @param drawn numbers of dial requests that each connection has used up, in their order
 * @param errors requests that ended otherwise, by what happened
 * @param notSent requests of an open loop that were due and not sent, because their connection
 *     still waited for an earlier answer
 * @param connectionsLost before their time was over; each leaves its share of the load undone
 * @param tookNs from the beginning of the counted time to its last answer, or as long as was
 *     planned
 * @param latencyNs of answered requests, from the intended send time; with what was due and not
 *     sent, which counts with the time it waited until the end
 */
record LoadResult(
    LoadPlan plan,
    long sent,
    long answered,
    long items,
    long itemsFailed,
    long itemsRepeated,
    long itemsInvalid,
    long itemsEver,
    List<Long> drawn,
    SortedMap<String, Long> errors,
    long notSent,
    long connectionsLost,
    long tookNs,
    Histogram latencyNs) {

  double requestsPerSecond() {
    return answered * 1e9 / tookNs;
  }

  /** Dial requests that were acknowledged, new or known. */
  double itemsPerSecond() {
    return (items - itemsFailed) * 1e9 / tookNs;
  }

  long failed() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  double percentileMs(double percentile) {
    return latencyNs.getValueAtPercentile(percentile) / 1e6;
  }

  double maxMs() {
    return latencyNs.getMaxValue() / 1e6;
  }

  /** Whether all that was to be sent was sent and answered, and only wrong items were refused. */
  boolean isClean() {
    return failed() == 0 && itemsFailed == itemsInvalid && notSent == 0 && connectionsLost == 0;
  }

  /** Counts of the connections of one loop, on its thread only. */
  static final class Tally {
    private static final ObjectMapper JSON = new ObjectMapper();
    // Two minutes are longer than any answer is waited for.
    private static final long LATENCY_MAX_NS = 120_000_000_000L;

    private final Histogram latencyNs = new Histogram(LATENCY_MAX_NS, 3);
    private final SortedMap<String, Long> errors = new TreeMap<>();
    private long sent;
    private long answered;
    private long items;
    private long itemsFailed;
    private long itemsRepeated;
    private long itemsInvalid;
    private long itemsEver;
    private long notSent;
    private long connectionsLost;
    private long lastNs = Long.MIN_VALUE;

    void sent() {
      sent++;
    }

    void ended(LoadPlan plan, Requests requests, AnswerReader answer, long tookNs, long nowNs) {
      String error = error(plan, answer);
      if (error != null) {
        error(error);
        return;
      }
      int failures = failures(plan, answer);
      answered++;
      items += plan.itemsPerRequest();
      itemsFailed += failures;
      itemsRepeated += requests.itemsRepeated();
      itemsInvalid += requests.itemsInvalid();
      itemsEver += plan.itemsPerRequest() - failures;
      lastNs = lastNs == Long.MIN_VALUE ? nowNs : Math.max(lastNs, nowNs);
      record(tookNs);
    }

    void uncounted(LoadPlan plan, AnswerReader answer) {
      if (error(plan, answer) == null) {
        itemsEver += plan.itemsPerRequest() - failures(plan, answer);
      }
    }

    private static @Nullable String error(LoadPlan plan, AnswerReader answer) {
      if (answer.status() != 200) {
        String type = answer.errorType();
        return type == null ? "" + answer.status() : answer.status() + " " + type;
      }
      if (!plan.lines()) {
        return null;
      }
      JsonNode summary = summary(answer);
      if (summary.path("lines").asLong(-1) != plan.itemsPerRequest()
          || !summary.path("error").isNull()) {
        return "upload ended early: " + summary.path("error").asText("without a summary");
      }
      return null;
    }

    private static int failures(LoadPlan plan, AnswerReader answer) {
      return plan.lines() ? summary(answer).path("rejected").asInt() : answer.failures();
    }

    private static JsonNode summary(AnswerReader answer) {
      try {
        return JSON.readTree(answer.lastLine()).path("summary");
      } catch (JsonProcessingException e) {
        return JSON.missingNode();
      }
    }

    void notSent(long waitedNs) {
      notSent++;
      record(waitedNs);
    }

    void connectionLost() {
      connectionsLost++;
    }

    void error(String what) {
      errors.merge(what, 1L, Long::sum);
    }

    private void record(long ns) {
      latencyNs.recordValue(Math.max(0, Math.min(ns, LATENCY_MAX_NS)));
    }
  }

  /**
   * @param countedFromNs when the counted time began
   */
  static LoadResult sum(
      LoadPlan plan, long countedFromNs, Iterable<Tally> tallies, List<Long> drawn) {
    var total = new Tally();
    long tookNs = plan.itemsMax() > 0 ? 1 : plan.seconds() * 1_000_000_000L;
    for (Tally tally : tallies) {
      total.sent += tally.sent;
      total.answered += tally.answered;
      total.items += tally.items;
      total.itemsFailed += tally.itemsFailed;
      total.itemsRepeated += tally.itemsRepeated;
      total.itemsInvalid += tally.itemsInvalid;
      total.itemsEver += tally.itemsEver;
      total.notSent += tally.notSent;
      total.connectionsLost += tally.connectionsLost;
      total.latencyNs.add(tally.latencyNs);
      tally.errors.forEach((what, count) -> total.errors.merge(what, count, Long::sum));
      if (tally.lastNs != Long.MIN_VALUE) {
        tookNs = Math.max(tookNs, tally.lastNs - countedFromNs);
      }
    }
    return new LoadResult(
        plan,
        total.sent,
        total.answered,
        total.items,
        total.itemsFailed,
        total.itemsRepeated,
        total.itemsInvalid,
        total.itemsEver,
        drawn,
        total.errors,
        total.notSent,
        total.connectionsLost,
        tookNs,
        total.latencyNs);
  }
}
