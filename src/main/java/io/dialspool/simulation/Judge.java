package io.dialspool.simulation;

import org.jspecify.annotations.Nullable;

/** Where a ledger says that it disagrees. */
interface Judge {
  /** Ends the run. */
  SimulationFailure failure(Checker checker, String form, @Nullable Object... words);
}
