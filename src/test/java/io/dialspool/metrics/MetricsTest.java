package io.dialspool.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void shouldListTheMetersThatAreDocumented() {
    assertEquals(
        Set.of(
            "dialspool.requests",
            "dialspool.intake.items",
            "dialspool.intake.refused",
            "dialspool.commit.size",
            "dialspool.commit.sync",
            "dialspool.calls",
            "dialspool.call.duration",
            "dialspool.batch.fill",
            "dialspool.budget.rate",
            "dialspool.occupancy.rate",
            "dialspool.gate.open",
            "dialspool.breaker.state",
            "dialspool.oldest.age",
            "dialspool.expiring",
            "dialspool.disk.free",
            "dialspool.disk.full",
            "dialspool.spool.bytes",
            "dialspool.ring.free",
            "dialspool.alarms",
            "dialspool.webhook.calls",
            "dialspool.webhook.outcomes",
            "dialspool.webhook.call.duration",
            "dialspool.webhook.lag",
            "dialspool.webhook.dead",
            "dialspool.conservation.difference"),
        Arrays.stream(Meter.values()).map(Meter::wire).collect(Collectors.toSet()));
  }

  @Test
  void shouldShowEveryMeterUnderItsNameWithItsSentence() {
    for (Meter meter : Meter.values()) {
      String[] values = meter.tagKeys().stream().map(key -> key + "-1").toArray(String[]::new);
      switch (meter.kind()) {
        case COUNTER -> metrics.counter(meter, values).increment();
        case GAUGE -> metrics.gauge(meter, () -> 1, values);
        case SUMMARY -> metrics.summary(meter, values).record(1);
        case TIMER -> metrics.timer(meter, values).record(Duration.ofMillis(1));
      }
    }
    String scrape = metrics.scrape();
    var helped = new HashSet<String>();
    for (String line :
        scrape.lines().filter(each -> each.startsWith("# HELP dialspool_")).toList()) {
      helped.add(line.substring(line.indexOf(' ', 7) + 1));
    }
    for (Meter meter : Meter.values()) {
      assertTrue(scrape.contains("\n" + meter.wire().replace('.', '_')), meter.wire());
      assertTrue(helped.contains(meter.sentence()), meter + " in " + helped);
    }
  }

  @Test
  void shouldShowFiguresByTag() {
    metrics.counter(Meter.CALLS, "default", "answered").increment(3);
    metrics.counter(Meter.CALLS, "default", "throttled").increment();
    metrics.gauge(Meter.REQUESTS, () -> 42, "c-1", "QUEUED");
    metrics.summary(Meter.BATCH_FILL, "default").record(25);
    assertTrue(
        lines().contains("dialspool_calls_total{outcome=\"answered\",target=\"default\"} 3.0"));
    assertTrue(
        lines().contains("dialspool_calls_total{outcome=\"throttled\",target=\"default\"} 1.0"));
    assertTrue(lines().contains("dialspool_requests{campaign=\"c-1\",state=\"QUEUED\"} 42.0"));
    assertTrue(lines().contains("dialspool_batch_fill_items_sum{target=\"default\"} 25.0"));
  }

  @Test
  void shouldGiveTheSameSeriesAgain() {
    assertSame(
        metrics.counter(Meter.INTAKE_ITEMS, "accepted"),
        metrics.counter(Meter.INTAKE_ITEMS, "accepted"));
  }

  @Test
  void shouldRefuseAnotherKindOrOtherTags() {
    assertThrows(IllegalArgumentException.class, () -> metrics.counter(Meter.SPOOL_BYTES));
    assertThrows(IllegalArgumentException.class, () -> metrics.counter(Meter.CALLS, "default"));
  }

  @Test
  void shouldBoundTheSeriesOfCampaigns() {
    for (int i = 0; i < 1_100; i++) {
      metrics.gauge(Meter.GATE_OPEN, () -> 1, "c-" + i);
    }
    List<String> gates =
        lines().stream().filter(each -> each.startsWith("dialspool_gate")).toList();
    assertEquals(1_000, gates.size());
  }

  @Test
  void shouldShowTheProcessToo() {
    String scrape = metrics.scrape();
    for (String name :
        List.of("jvm_memory_used_bytes", "process_uptime_seconds", "jvm_gc_", "system_cpu_count")) {
      assertTrue(scrape.contains(name), name);
    }
    assertFalse(scrape.contains("dialspool_"));
  }

  private List<String> lines() {
    return metrics.scrape().lines().toList();
  }
}
