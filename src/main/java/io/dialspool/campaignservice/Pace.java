package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a campaign is dialled right now.
 *
 * @param running whether anybody is dialled at all
 * @param drainPerSecond contacts dialled a second, whoever has time; 0 for as many as lines allow
 * @param lines calls at a time: an agent each, or with an agentless dialer none
 * @param agentless whether the contact flow talks, and nobody else
 * @param ringMs how long a call rings on average, answered or not
 * @param talkMs how long an answered one keeps its line on average
 * @param answerRate share of calls that are answered
 */
record Pace(
    boolean running,
    double drainPerSecond,
    int lines,
    boolean agentless,
    int ringMs,
    int talkMs,
    double answerRate) {
  static final Pace STANDSTILL = new Pace(false, 0, 0, false, 0, 0, 0);

  /**
   * The campaign's part of the capacity: {@code bandwidthAllocation} (not with an agentless dialer)
   * times {@code dialingCapacity}, each 1 when it isn't given.
   */
  static Pace of(Campaign campaign, Capacity capacity) {
    JsonNode dialerConfig = campaign.description().path("dialerConfig");
    boolean agentless = dialerConfig.has("agentlessDialerConfig");
    double share = 1;
    for (JsonNode dialer : dialerConfig) {
      share *= dialer.path("bandwidthAllocation").asDouble(1);
      share *= dialer.path("dialingCapacity").asDouble(1);
    }
    return new Pace(
        campaign.isRunning(),
        capacity.drainPerSecond(),
        share > 0 ? (int) Math.max(1, Math.round(capacity.agents() * share)) : 0,
        agentless,
        capacity.ringMs(),
        capacity.talkMs(),
        capacity.answerRate());
  }
}
