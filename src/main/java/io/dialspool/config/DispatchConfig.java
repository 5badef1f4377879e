package io.dialspool.config;

import java.time.Duration;
import java.util.List;

/**
 * How batches leave.
 *
 * @param expiryWindow how far ahead the {@code expirationTime} that we send lies at most
 * @param lingerMs how long a first request waits for company while calls are plenty
 * @param lingerScarceMs the same while no permit was free in the last second
 * @param inFlightMax calls without an answer at once
 * @param attemptsMax tries of one request that ended in UnknownError or nothing
 * @param windowItems requests of one lane held in memory
 * @param windowItemsTotal the same over all lanes
 * @param tokenScope {@code campaign}: the token goes out as it came; {@code account}: as a hash of
 *     campaign and token
 * @param onStopped what becomes of requests of a stopped campaign: {@code end} or {@code hold}
 */
public record DispatchConfig(
    Duration expiryWindow,
    int lingerMs,
    int lingerScarceMs,
    int inFlightMax,
    int attemptsMax,
    int windowItems,
    int windowItemsTotal,
    String tokenScope,
    String onStopped) {
  public static final DispatchConfig DEFAULT =
      new DispatchConfig(
          Duration.ofMinutes(5), 20, 5_000, 32, 8, 8_000, 100_000, "campaign", "end");

  public DispatchConfig {
    Expect.that(
        expiryWindow.toSeconds() >= 60 && expiryWindow.toSeconds() <= 840,
        "dispatch.expiryWindow",
        expiryWindow,
        "60s to 840s");
    Expect.range("dispatch.lingerMs", lingerMs, 0, 10_000);
    Expect.range("dispatch.lingerScarceMs", lingerScarceMs, lingerMs, 60_000);
    Expect.range("dispatch.inFlightMax", inFlightMax, 1, 1_000);
    Expect.range("dispatch.attemptsMax", attemptsMax, 1, 1_000);
    Expect.range("dispatch.windowItems", windowItems, 50, 1_000_000);
    Expect.range("dispatch.windowItemsTotal", windowItemsTotal, windowItems, 10_000_000);
    Expect.oneOf("dispatch.tokenScope", tokenScope, List.of("campaign", "account"));
    Expect.oneOf("dispatch.onStopped", onStopped, List.of("end", "hold"));
  }
}
