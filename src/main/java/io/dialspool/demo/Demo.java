package io.dialspool.demo;

import io.dialspool.Dialspool;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import io.dialspool.replay.Replay;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.ReplaySummary;
import io.dialspool.replay.Source;
import io.dialspool.request.Counts;
import io.dialspool.request.SpoolReport;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts everything in one directory, creates and starts a campaign, replays leads into it, pauses
 * it and resumes it midway, and waits until every request has ended.
 */
public final class Demo {
  private static final int CALLS_PER_SECOND = 100;
  private static final int DIALER_BUFFER = 3_000;
  private static final int DIALER_DRAIN_PER_SECOND = 350;
  private static final long LOOK_EVERY_NS = 100_000_000L;
  private static final long PAUSED_FOR_NS = 4_000_000_000L;
  private static final long PATIENCE_NS = 120_000_000_000L;

  /** Told how it goes, on the thread that runs the demo. */
  public interface Listener {
    /** A step begins. */
    void step(String what);

    /** Some times a second. */
    void counts(Counts counts);
  }

  private final Path directory;
  private final Clock clock;
  private final Listener listener;

  public Demo(Path directory, Clock clock, Listener listener) {
    this.directory = directory;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * @param leads what to replay
   * @param columns member to column, where the names don't tell
   * @throws IOException if a call to the service fails
   */
  public DemoSummary run(Source leads, Map<String, String> columns)
      throws IOException, InterruptedException {
    try (Dialspool service = Dialspool.start(config(), clock)) {
      listener.step(
          "intake "
              + service.intakeUrl()
              + ", management "
              + service.managementUrl()
              + ", target "
              + service.targetUrl());
      listener.step(
          String.format(
              "target: the embedded campaign service, at %d calls/s (Amazon Connect admits 10), its dialer"
                  + " takes %d requests/s and buffers %,d",
              CALLS_PER_SECOND, DIALER_DRAIN_PER_SECOND, DIALER_BUFFER));
      var calls = new CampaignCalls(service.intakeUrl(), service.targetUrl());
      String campaignId = calls.create("demo");
      calls.change(campaignId, "start");
      listener.step("campaign " + campaignId + " created and started");
      ReplaySummary replayed = replay(service, campaignId, leads, columns);
      listener.step(
          String.format(
              "replayed %,d rows: %,d accepted, %,d duplicates, %,d refused%s",
              replayed.rows(),
              replayed.accepted(),
              replayed.duplicates(),
              replayed.rejected(),
              replayed.rejects() == null ? "" : " (listed in " + replayed.rejects() + ")"));
      waitUntil(service, counts -> counts.submitted() * 2 >= counts.accepted());
      calls.change(campaignId, "pause");
      listener.step("campaign paused: what is queued is held");
      long resumeAtNs = clock.nanoTime() + PAUSED_FOR_NS;
      waitUntil(service, counts -> clock.nanoTime() >= resumeAtNs);
      calls.change(campaignId, "resume");
      listener.step("campaign resumed");
      waitUntil(service, counts -> counts.queued() + counts.inFlight() == 0);
      return summary(service, calls.record(campaignId), replayed);
    }
  }

  private Config config() {
    Map<String, String> sets = new LinkedHashMap<>();
    sets.put("intake.port", "0");
    sets.put("management.port", "0");
    sets.put("campaignService.port", "0");
    sets.put("spool.directory", directory.resolve("spool").toString());
    sets.put("campaignService.directory", directory.resolve("campaign-service").toString());
    sets.put("campaignService.callsPerSecond", "" + CALLS_PER_SECOND);
    sets.put("campaignService.buffer", "" + DIALER_BUFFER);
    sets.put("campaignService.drainPerSecond", "" + DIALER_DRAIN_PER_SECOND);
    sets.put("target.callsPerSecond", "" + CALLS_PER_SECOND);
    return ConfigLoader.load(null, Map.of(), sets);
  }

  private ReplaySummary replay(
      Dialspool service, String campaignId, Source leads, Map<String, String> columns)
      throws InterruptedException {
    ReplayConfig config =
        new ReplayConfig(
            URI.create(service.intakeUrl()),
            campaignId,
            List.of(leads),
            columns,
            ReplayConfig.EXPIRES_IN,
            null,
            directory.resolve("rejects.csv"),
            1,
            ReplayConfig.PATIENCE,
            100,
            30_000);
    return new Replay(config, clock).run(progress -> listener.counts(report(service).counts()));
  }

  private interface Done {
    boolean isDone(Counts counts);
  }

  private void waitUntil(Dialspool service, Done done) {
    long giveUpNs = clock.nanoTime() + PATIENCE_NS;
    Counts counts = report(service).counts();
    while (!done.isDone(counts)
        && counts.queued() + counts.inFlight() > 0
        && clock.nanoTime() < giveUpNs) {
      listener.counts(counts);
      LockSupport.parkNanos(LOOK_EVERY_NS);
      counts = report(service).counts();
    }
    listener.counts(counts);
  }

  private static SpoolReport report(Dialspool service) {
    CompletableFuture<SpoolReport> report = service.report();
    try {
      return report.orTimeout(10, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException("the service does not answer", e);
    }
  }

  private static DemoSummary summary(
      Dialspool service, Map<String, Integer> taken, ReplaySummary replayed) {
    SpoolReport report = report(service);
    Counts counts = report.counts();
    boolean eachOnce = taken.values().stream().allMatch(times -> times == 1);
    boolean addsUp =
        counts.conserved()
            && counts.accepted() == replayed.accepted()
            && counts.queued() + counts.inFlight() == 0
            && eachOnce
            && taken.size() == counts.submitted();
    return new DemoSummary(
        counts.accepted(),
        replayed.duplicates(),
        replayed.rejected(),
        counts.submitted(),
        counts.rejected(),
        counts.expired(),
        counts.cancelled(),
        counts.undeliverable(),
        counts.queued(),
        counts.inFlight(),
        report.batches(),
        report.batchesWhileScarce() == 0
            ? 1
            : report.itemsWhileScarce() / (25.0 * report.batchesWhileScarce()),
        addsUp);
  }
}
