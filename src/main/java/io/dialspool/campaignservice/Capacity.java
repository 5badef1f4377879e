package io.dialspool.campaignservice;

import io.dialspool.config.CampaignServiceConfig;
import org.jspecify.annotations.Nullable;

/** How much the service takes right now: its configuration, overridden by faults. */
record Capacity(
    double callsPerSecond,
    int burst,
    int buffer,
    double drainPerSecond,
    int agents,
    int ringMs,
    int talkMs,
    double answerRate,
    int latencyMs) {

  static Capacity of(CampaignServiceConfig config, Faults faults) {
    return new Capacity(
        or(faults.callsPerSecond(), config.callsPerSecond()),
        or(faults.burst(), config.burst()),
        or(faults.buffer(), config.buffer()),
        or(faults.drainPerSecond(), config.drainPerSecond()),
        or(faults.agents(), config.agents()),
        or(faults.ringMs(), config.ringMs()),
        or(faults.talkMs(), config.talkMs()),
        or(faults.answerRate(), config.answerRate()),
        or(faults.latencyMs(), config.latencyMs()));
  }

  private static double or(@Nullable Double value, double otherwise) {
    return value == null ? otherwise : value;
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
