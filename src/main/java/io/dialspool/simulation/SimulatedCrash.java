package io.dialspool.simulation;

/** The process dies here. Nothing in the service may catch it. */
final class SimulatedCrash extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SimulatedCrash(String where) {
    super(where, null, false, false);
  }
}
