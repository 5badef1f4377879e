package io.dialspool.request;

/**
 * One snapshot of the conservation line: {@code accepted = queued + inFlight + submitted + rejected
 * + expired + cancelled + undeliverable}. Each figure is counted where it lives; none is the
 * difference of others.
 */
public record Counts(
    long accepted,
    long queued,
    long inFlight,
    long submitted,
    long rejected,
    long expired,
    long cancelled,
    long undeliverable) {
  public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);

  /** What is accepted but nowhere, or twice somewhere; always 0. */
  public long difference() {
    return accepted
        - (queued + inFlight + submitted + rejected + expired + cancelled + undeliverable);
  }

  public boolean conserved() {
    return difference() == 0;
  }

  public Counts plus(Counts other) {
    return new Counts(
        accepted + other.accepted,
        queued + other.queued,
        inFlight + other.inFlight,
        submitted + other.submitted,
        rejected + other.rejected,
        expired + other.expired,
        cancelled + other.cancelled,
        undeliverable + other.undeliverable);
  }
}
