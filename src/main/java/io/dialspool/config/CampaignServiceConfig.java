package io.dialspool.config;

/**
 * The embedded campaign service. Source of the defaults: contract section 9.
 *
 * @param port 0 for any free one
 * @param directory where it keeps campaigns, tokens and its record; one per process
 * @param callsPerSecond PutDialRequestBatch, rate of the token bucket
 * @param burst size of that bucket
 * @param agents of each campaign's dialer: as many calls at a time
 * @param ringMs how long a call rings on average, answered or not
 * @param talkMs how long an answered call keeps its agent on average, the work after it included
 * @param answerRate share of calls that are answered
 * @param buffer dial requests that wait in one campaign's dialer before it answers
 *     RequestThrottled; some 45 bytes of memory each
 * @param drainPerSecond how fast the buffer of a running campaign empties; 0 for as fast as agents
 *     allow
 * @param latencyMs before each answer
 * @param onboardingMs how long the onboarding of an instance takes
 * @param faults a JSON file; empty for none
 * @param keyFile who may do what there (YAML); empty: any credentials do
 */
public record CampaignServiceConfig(
    String address,
    int port,
    String directory,
    double callsPerSecond,
    int burst,
    int agents,
    int ringMs,
    int talkMs,
    double answerRate,
    int buffer,
    double drainPerSecond,
    int latencyMs,
    int onboardingMs,
    String faults,
    long seed,
    String keyFile) {
  public static final CampaignServiceConfig DEFAULT =
      new CampaignServiceConfig(
          "127.0.0.1",
          8027,
          "data/campaign-service",
          10,
          10,
          100,
          20_000,
          90_000,
          0.35,
          50_000,
          0,
          0,
          3_000,
          "",
          1,
          "");

  public CampaignServiceConfig {
    Expect.range("campaignService.port", port, 0, 65_535);
    Expect.that(!directory.isBlank(), "campaignService.directory", directory, "a path");
    Expect.range("campaignService.callsPerSecond", callsPerSecond, 0.1, 1_000_000);
    Expect.range("campaignService.burst", burst, 1, 1_000_000);
    Expect.range("campaignService.agents", agents, 1, 1_000_000);
    Expect.range("campaignService.ringMs", ringMs, 0, 600_000);
    Expect.range("campaignService.talkMs", talkMs, 0, 3_600_000);
    Expect.range("campaignService.answerRate", answerRate, 0, 1);
    Expect.range("campaignService.buffer", buffer, 1, 10_000_000);
    Expect.range("campaignService.drainPerSecond", drainPerSecond, 0, 1_000_000);
    Expect.range("campaignService.latencyMs", latencyMs, 0, 60_000);
    Expect.range("campaignService.onboardingMs", onboardingMs, 0, 3_600_000);
  }
}
