package io.dialspool.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulationTest {
  @Test
  void shouldKeepEveryPromiseUnderDrawnFaultsAndCrashes() {
    var failed = new ArrayList<String>();
    long calls = 0;
    long accepted = 0;
    long crashes = 0;
    long cancelled = 0;
    long redriven = 0;
    var ends = new TreeSet<String>();
    for (long seed = 1; seed <= 300; seed++) {
      try {
        Simulation.Summary summary = Simulation.fromSeed(seed).run();
        calls += summary.calls();
        accepted += summary.accepted();
        crashes += summary.crashes();
        cancelled += summary.cancelled();
        redriven += summary.redriven();
        ends.addAll(summary.ends().keySet());
      } catch (SimulationFailure e) {
        failed.add(e.getMessage());
      }
    }
    assertEquals(List.of(), failed);
    // A simulation in which nothing happens would hold every promise too.
    assertTrue(calls > 3_000, () -> "few calls");
    assertTrue(accepted > 30_000, () -> "few requests taken");
    assertTrue(crashes > 200, () -> "few crashes");
    assertTrue(cancelled > 50, "few requests recalled: " + cancelled);
    assertTrue(redriven > 2_000, "few dead letters redriven: " + redriven);
    assertEquals(
        Set.of(
            "SUBMITTED NONE",
            "REJECTED INVALID_INPUT",
            "REJECTED REFUSED_ALONE",
            "EXPIRED NONE",
            "CANCELLED NONE",
            "UNDELIVERABLE ATTEMPTS_EXHAUSTED",
            "UNDELIVERABLE CAMPAIGN_STOPPED",
            "UNDELIVERABLE IN_DOUBT"),
        ends);
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
