package io.dialspool.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The meters of one process. Any thread. Whoever counts on a hot path asks once and keeps what it
 * got; asking for the same series again gives the same one.
 *
 * <p>Tag values are given in the order of {@link Meter#tagKeys}. Beyond 1,000 campaigns a new one
 * gets no series of its own: its meters count into nothing.
 */
public final class Metrics implements AutoCloseable {
  private static final int CAMPAIGNS_MAX = 1_000;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public Metrics() {
    registry
        .config()
        .meterFilter(
            MeterFilter.maximumAllowableTags(
                "dialspool", "campaign", CAMPAIGNS_MAX, MeterFilter.deny()));
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /**
   * @throws IllegalArgumentException if the meter is no counter or has other tags
   */
  public Counter counter(Meter meter, String... tagValues) {
    return Counter.builder(meter.wire())
        .baseUnit(meter.unit())
        .description(meter.sentence())
        .tags(tags(Meter.Kind.COUNTER, meter, tagValues))
        .register(registry);
  }

  /**
   * @throws IllegalArgumentException if the meter is no timer or has other tags
   */
  public Timer timer(Meter meter, String... tagValues) {
    return Timer.builder(meter.wire())
        .description(meter.sentence())
        .tags(tags(Meter.Kind.TIMER, meter, tagValues))
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofNanos(100_000))
        .maximumExpectedValue(Duration.ofSeconds(30))
        .register(registry);
  }

  /**
   * @throws IllegalArgumentException if the meter is no summary or has other tags
   */
  public DistributionSummary summary(Meter meter, String... tagValues) {
    return DistributionSummary.builder(meter.wire())
        .baseUnit(meter.unit())
        .description(meter.sentence())
        .tags(tags(Meter.Kind.SUMMARY, meter, tagValues))
        .register(registry);
  }

  /**
   * Shows what {@code value} says at each scrape. The first supplier of a series stays.
   *
   * @param value cheap, never blocks, any thread
   * @throws IllegalArgumentException if the meter is no gauge or has other tags
   */
  public void gauge(Meter meter, Supplier<? extends Number> value, String... tagValues) {
    Gauge.builder(meter.wire(), value::get)
        .baseUnit(meter.unit().isEmpty() ? null : meter.unit())
        .description(meter.sentence())
        .tags(tags(Meter.Kind.GAUGE, meter, tagValues))
        .register(registry);
  }

  /** All series in Prometheus' text format 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }

  // Prometheus drops a series whose tags differ from those of its siblings, and says nothing.
  private static List<Tag> tags(Meter.Kind kind, Meter meter, String... values) {
    if (meter.kind() != kind) {
      throw new IllegalArgumentException(meter + ": " + kind + " (expected: " + meter.kind() + ")");
    }
    if (meter.tagKeys().size() != values.length) {
      throw new IllegalArgumentException(
          meter + ": " + values.length + " tags (expected: " + meter.tagKeys() + ")");
    }
    var tags = new ArrayList<Tag>();
    for (int i = 0; i < values.length; i++) {
      tags.add(Tag.of(meter.tagKeys().get(i), values[i]));
    }
    return tags;
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
