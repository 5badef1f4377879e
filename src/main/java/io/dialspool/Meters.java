package io.dialspool;

import io.dialspool.dashboard.Dashboard;
import io.dialspool.dispatch.Alarms;
import io.dialspool.dispatch.DispatchMeter;
import io.dialspool.dispatch.Dispatcher;
import io.dialspool.dispatch.TargetControl;
import io.dialspool.intake.Backstage;
import io.dialspool.intake.IntakeMeters;
import io.dialspool.metrics.Meter;
import io.dialspool.metrics.Metrics;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.Counts;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.TargetReport;
import io.dialspool.spool.SpoolStage;
import io.dialspool.webhooks.WebhookMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What each stage counts, put into meters. */
final class Meters {
  private Meters() {}

  /** Each kind shows from the start, so that the first alarm is an increase too. */
  static Alarms alarms(Metrics metrics) {
    var counters = new EnumMap<Alarms.Kind, Counter>(Alarms.Kind.class);
    for (Alarms.Kind kind : Alarms.Kind.values()) {
      counters.put(kind, metrics.counter(Meter.ALARMS, kind.wire()));
    }
    return Alarms.counted(kind -> Objects.requireNonNull(counters.get(kind)).increment());
  }

  /** The ring's commits. */
  static final class Commits implements SpoolStage.CommitMeter {
    private final DistributionSummary size;
    private final Timer sync;

    Commits(Metrics metrics) {
      size = metrics.summary(Meter.COMMIT_SIZE);
      sync = metrics.timer(Meter.COMMIT_SYNC);
    }

    @Override
    public void committed(int requests, long syncNs) {
      size.record(requests);
      sync.record(syncNs, TimeUnit.NANOSECONDS);
    }
  }

  /** Dispatch's calls to one target. */
  static final class Calls implements DispatchMeter {
    private final Metrics metrics;
    private final String target;
    private final Map<String, Counter> byOutcome = new ConcurrentHashMap<>();
    private final Timer duration;
    private final DistributionSummary fill;

    Calls(Metrics metrics, String target) {
      this.metrics = metrics;
      this.target = target;
      duration = metrics.timer(Meter.CALL_DURATION, target);
      fill = metrics.summary(Meter.BATCH_FILL, target);
    }

    @Override
    public void called(String outcome, int items, long durationNs) {
      byOutcome
          .computeIfAbsent(outcome, name -> metrics.counter(Meter.CALLS, target, name))
          .increment();
      duration.record(durationNs, TimeUnit.NANOSECONDS);
      fill.record(items);
    }
  }

  /** The door. */
  static final class Door implements IntakeMeters {
    private final Metrics metrics;
    private final Counter accepted;
    private final Counter duplicates;
    private final Map<String, Counter> refused = new ConcurrentHashMap<>();

    Door(Metrics metrics) {
      this.metrics = metrics;
      accepted = metrics.counter(Meter.INTAKE_ITEMS, "accepted");
      duplicates = metrics.counter(Meter.INTAKE_ITEMS, "duplicate");
    }

    @Override
    public void accepted(int items) {
      accepted.increment(items);
    }

    @Override
    public void duplicates(int items) {
      duplicates.increment(items);
    }

    @Override
    public void refused(String reason, int count) {
      refused
          .computeIfAbsent(reason, name -> metrics.counter(Meter.INTAKE_REFUSED, name))
          .increment(count);
    }

    @Override
    public void ringFree(IntSupplier slots) {
      metrics.gauge(Meter.RING_FREE, slots::getAsInt);
    }
  }

  /** One webhook. */
  static final class Webhook implements WebhookMeter {
    private final Counter delivered;
    private final Counter refused;
    private final Counter unanswered;
    private final Counter outcomes;
    private final Counter givenUp;
    private final Counter missed;
    private final Timer duration;
    private volatile double lagSeconds;
    private volatile long dead;

    Webhook(Metrics metrics, String name) {
      delivered = metrics.counter(Meter.WEBHOOK_CALLS, name, "delivered");
      refused = metrics.counter(Meter.WEBHOOK_CALLS, name, "refused");
      unanswered = metrics.counter(Meter.WEBHOOK_CALLS, name, "unanswered");
      outcomes = metrics.counter(Meter.WEBHOOK_OUTCOMES, name, "delivered");
      givenUp = metrics.counter(Meter.WEBHOOK_OUTCOMES, name, "given-up");
      missed = metrics.counter(Meter.WEBHOOK_OUTCOMES, name, "missed");
      duration = metrics.timer(Meter.WEBHOOK_CALL_DURATION, name);
      metrics.gauge(Meter.WEBHOOK_LAG, () -> lagSeconds, name);
      metrics.gauge(Meter.WEBHOOK_DEAD, () -> dead, name);
    }

    @Override
    public void delivered(int count, long durationNs) {
      delivered.increment();
      outcomes.increment(count);
      duration.record(durationNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void refused(long durationNs) {
      refused.increment();
      duration.record(durationNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void unanswered(long durationNs) {
      unanswered.increment();
      duration.record(durationNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void givenUp(long count) {
      givenUp.increment((double) count);
    }

    @Override
    public void missed() {
      missed.increment();
    }

    @Override
    public void standing(long lagMs, long deadOutcomes) {
      lagSeconds = lagMs / 1_000.0;
      dead = deadOutcomes;
    }
  }

  /** What is shown as it stands, asked of the dispatch thread once a second for all who show it. */
  static final class Gauges {
    private static final Map<String, ToLongFunction<Counts>> STATES =
        Map.of(
            "queued", Counts::queued,
            "inFlight", Counts::inFlight,
            "submitted", Counts::submitted,
            "rejected", Counts::rejected,
            "expired", Counts::expired,
            "cancelled", Counts::cancelled,
            "undeliverable", Counts::undeliverable);

    private final Metrics metrics;
    private final Backstage desk;
    private final Dashboard dashboard;
    private final Map<String, CampaignReport> latest = new ConcurrentHashMap<>();
    private volatile @Nullable SpoolReport total;

    Gauges(
        Metrics metrics,
        Backstage desk,
        LongSupplier spoolBytes,
        DiskWatch disk,
        Dispatcher dispatcher,
        Dashboard dashboard) {
      this.metrics = metrics;
      this.desk = desk;
      this.dashboard = dashboard;
      metrics.gauge(Meter.SPOOL_BYTES, spoolBytes::getAsLong);
      metrics.gauge(Meter.DISK_FREE, disk::freeBytes);
      metrics.gauge(Meter.DISK_FULL, () -> disk.isFull() ? 1 : 0);
      for (TargetControl target : dispatcher.targets()) {
        metrics.gauge(Meter.BUDGET_RATE, () -> callsPerSecond(total, target.name()), target.name());
        metrics.gauge(Meter.BREAKER_STATE, target::breakerLevel, target.name());
      }
      metrics.gauge(
          Meter.CONSERVATION_DIFFERENCE,
          () -> {
            SpoolReport report = total;
            return report == null ? 0 : report.counts().difference();
          });
    }

    private static double callsPerSecond(@Nullable SpoolReport report, String target) {
      if (report != null) {
        for (TargetReport its : report.targets()) {
          if (its.name().equals(target)) {
            return its.callsPerSecond();
          }
        }
      }
      return 0;
    }

    void refresh() {
      desk.spoolReport(
          report -> {
            total = report;
            dashboard.took(report);
          });
      desk.campaignReports(
          reports -> {
            reports.forEach(this::show);
            dashboard.took(reports);
          });
    }

    private void show(CampaignReport report) {
      String campaign = report.campaignId().value();
      if (latest.put(campaign, report) == null) {
        register(campaign);
      }
    }

    private void register(String campaign) {
      STATES.forEach(
          (state, count) ->
              metrics.gauge(
                  Meter.REQUESTS, () -> count.applyAsLong(of(campaign).counts()), campaign, state));
      metrics.gauge(Meter.OCCUPANCY_RATE, () -> of(campaign).occupancyPerSecond(), campaign);
      metrics.gauge(Meter.EXPIRING, () -> of(campaign).willExpire(), campaign);
      metrics.gauge(Meter.GATE_OPEN, () -> of(campaign).gateOpen() ? 1 : 0, campaign);
      metrics.gauge(
          Meter.OLDEST_AGE,
          () -> {
            long sinceMs = of(campaign).oldestQueuedAtMs();
            return sinceMs == 0
                ? 0
                : (io.dialspool.time.Clock.SYSTEM.epochMs() - sinceMs) / 1_000.0;
          },
          campaign);
    }

    private CampaignReport of(String campaign) {
      CampaignReport report = latest.get(campaign);
      if (report == null) {
        throw new IllegalStateException("gauge of campaign " + campaign + " before its report");
      }
      return report;
    }
  }
}
