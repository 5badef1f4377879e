package io.dialspool.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static final int SEEDS = 1_000;

  @Test
  void shouldKeepEveryPromiseUnderDrawnFaultsAndCrashes() {
    var failed = new ArrayList<String>();
    long calls = 0;
    long accepted = 0;
    long crashes = 0;
    long cancelled = 0;
    long redriven = 0;
    var ends = new TreeSet<String>();
    var happened = new TreeSet<String>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        Simulation.Summary summary = Simulation.fromSeed(seed).run();
        calls += summary.calls();
        accepted += summary.accepted();
        crashes += summary.crashes();
        cancelled += summary.cancelled();
        redriven += summary.redriven();
        ends.addAll(summary.ends().keySet());
        happened.addAll(summary.happened().keySet());
      } catch (SimulationFailure e) {
        failed.add(e.getMessage());
      }
    }
    assertEquals(List.of(), failed);
    // A simulation in which nothing happens would hold every promise too.
    assertTrue(calls > 10_000, () -> "few calls");
    assertTrue(accepted > 100_000, () -> "few requests taken");
    assertTrue(crashes > 700, () -> "few crashes");
    assertTrue(cancelled > 200, "few requests recalled: " + cancelled);
    assertTrue(redriven > 2_000, "few dead letters redriven: " + redriven);
    assertEquals(
        Set.of(
            "SUBMITTED NONE",
            "REJECTED INVALID_INPUT",
            "REJECTED REFUSED_ALONE",
            "EXPIRED NONE",
            "CANCELLED NONE",
            "UNDELIVERABLE ATTEMPTS_EXHAUSTED",
            "UNDELIVERABLE CAMPAIGN_GONE",
            "UNDELIVERABLE CAMPAIGN_STOPPED",
            "UNDELIVERABLE IN_DOUBT"),
        ends);
    assertEquals(List.of(), missing(happened));
  }

  /** What the worlds were to be made of and did not befall any. */
  private static List<String> missing(Set<String> happened) {
    var missing = new ArrayList<String>();
    for (Happening what : Happening.values()) {
      missing.add(what.label());
    }
    Stream.of(ContractError.REFUSALS, ContractError.FAILURES, ContractError.THROTTLES)
        .flatMap(List::stream)
        .forEach(error -> missing.add(Tally.refusal(error.status(), error.code())));
    missing.removeAll(happened);
    return missing;
  }

  @Test
  void shouldRunTheSameWayForTheSameSeed() {
    for (long seed = 1; seed <= 10; seed++) {
      assertEquals(Simulation.fromSeed(seed).run(), Simulation.fromSeed(seed).run());
    }
  }

  @Test
  void shouldRunDifferentlyForAnotherSeed() {
    assertTrue(
        Simulation.fromSeed(1).run().fingerprint() != Simulation.fromSeed(2).run().fingerprint());
  }
}
