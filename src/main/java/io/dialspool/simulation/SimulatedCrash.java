package io.dialspool.simulation;

/** The process dies here. Nothing in the service may catch it. */
final class SimulatedCrash extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Happening where;

  SimulatedCrash(Happening where) {
    super(where.label(), null, false, false);
    this.where = where;
  }

  Happening where() {
    return where;
  }
}
