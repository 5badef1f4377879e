package io.dialspool.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A seed broke a promise. The message says which, when and how; the trace what came before. */
public final class SimulationFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long seed;
  private final Checker checker;
  private final transient List<String> trace;

  SimulationFailure(
      long seed,
      Checker checker,
      long virtualNs,
      String what,
      List<String> trace,
      @Nullable Throwable cause) {
    super(
        "seed " + seed + " at " + Trace.time(virtualNs) + ": " + checker.label() + ": " + what,
        cause);
    this.seed = seed;
    this.checker = checker;
    this.trace = List.copyOf(trace);
  }

  public long seed() {
    return seed;
  }

  /** Whose ledger disagrees. */
  public Checker checker() {
    return checker;
  }

  /** The last events before it, oldest first. */
  public List<String> trace() {
    return trace;
  }
}
