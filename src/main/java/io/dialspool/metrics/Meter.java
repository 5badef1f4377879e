package io.dialspool.metrics;

import java.util.List;

/** Every meter of ours: name, unit, tags, and one sentence that stands in the scrape too. */
public enum Meter {
  /** What is in the spool now, by state; the states of one campaign add up to what it accepted. */
  REQUESTS(
      Kind.GAUGE,
      "dialspool.requests",
      "requests",
      "Dial requests by state; those of one campaign add up to what was accepted.",
      "campaign",
      "state"),
  /** What came in; {@code verdict} is accepted, duplicate, invalid or collision. */
  INTAKE_ITEMS(
      Kind.COUNTER,
      "dialspool.intake.items",
      "items",
      "Dial requests that were answered, by what was found about them.",
      "verdict"),
  /** Whole HTTP requests turned away; {@code reason} is the error's code. */
  INTAKE_REFUSED(
      Kind.COUNTER,
      "dialspool.intake.refused",
      "requests",
      "HTTP requests turned away as a whole, by the code of the error.",
      "reason"),
  /** How many requests shared one write and one sync. */
  COMMIT_SIZE(
      Kind.SUMMARY, "dialspool.commit.size", "items", "Dial requests stored by one synced write."),
  /** How long acknowledging waits for the disk. */
  COMMIT_SYNC(
      Kind.TIMER, "dialspool.commit.sync", "seconds", "Time that one write and its sync took."),
  /** PutDialRequestBatch calls; {@code outcome} is answered, throttled, refused or unanswered. */
  CALLS(
      Kind.COUNTER,
      "dialspool.calls",
      "calls",
      "PutDialRequestBatch calls by outcome.",
      "target",
      "outcome"),
  /** From the call to its reply, timeouts included. */
  CALL_DURATION(
      Kind.TIMER,
      "dialspool.call.duration",
      "seconds",
      "Time from a PutDialRequestBatch call to its reply.",
      "target"),
  /** 25 is full; below it while calls are scarce is capacity thrown away. */
  BATCH_FILL(
      Kind.SUMMARY,
      "dialspool.batch.fill",
      "items",
      "Dial requests in one PutDialRequestBatch, 25 at most.",
      "target"),
  /** What the pacer admits now, at most the cap. */
  BUDGET_RATE(
      Kind.GAUGE,
      "dialspool.budget.rate",
      "calls.per.second",
      "PutDialRequestBatch calls that the pacer admits now.",
      "target"),
  /** What the campaign's dialer is believed to take; 0 while it never said that it is full. */
  OCCUPANCY_RATE(
      Kind.GAUGE,
      "dialspool.occupancy.rate",
      "items.per.second",
      "Dial requests that the campaign's dialer is believed to take; 0 while it never was full.",
      "campaign"),
  /** 1 while the campaign's requests may leave. */
  GATE_OPEN(
      Kind.GAUGE,
      "dialspool.gate.open",
      "",
      "1 while requests of the campaign may leave, else 0.",
      "campaign"),
  /** Alert while it is 2. */
  BREAKER_STATE(
      Kind.GAUGE,
      "dialspool.breaker.state",
      "",
      "The target's circuit breaker: 0 closed, 1 half open, 2 open.",
      "target"),
  /** Waiting time of the oldest queued request; 0 if there is none. */
  OLDEST_AGE(
      Kind.GAUGE,
      "dialspool.oldest.age",
      "seconds",
      "Age of the campaign's oldest queued dial request; 0 if there is none.",
      "campaign"),
  /** Alert on every increase; what each kind wants done stands in {@code running.md}. */
  ALARMS(
      Kind.COUNTER,
      "dialspool.alarms",
      "alarms",
      "Things that a person must look at, by kind; the log tells each.",
      "kind"),
  /** Alert before deadlines pass. */
  EXPIRING(
      Kind.GAUGE,
      "dialspool.expiring",
      "requests",
      "Queued dial requests whose deadline comes before their turn at the present rate.",
      "campaign"),
  /** Intake answers 429 below {@code spool.freeBytesMin}. */
  DISK_FREE(
      Kind.GAUGE, "dialspool.disk.free", "bytes", "Free room on the disk that the spool lies on."),
  /** 1 while intake is refused because of the disk. */
  DISK_FULL(
      Kind.GAUGE,
      "dialspool.disk.full",
      "",
      "1 while intake is refused because the disk is almost full, else 0."),
  /** The spool directory on disk. */
  SPOOL_BYTES(Kind.GAUGE, "dialspool.spool.bytes", "bytes", "Size of the spool on disk."),
  /** 0 means that intake is about to push back. */
  RING_FREE(Kind.GAUGE, "dialspool.ring.free", "slots", "Free slots of the intake ring."),
  /** {@code outcome} is delivered, refused or unanswered. */
  WEBHOOK_CALLS(
      Kind.COUNTER,
      "dialspool.webhook.calls",
      "calls",
      "Calls of a webhook by outcome.",
      "webhook",
      "outcome"),
  /** {@code end} is delivered, given-up or missed (how often some left the feed before). */
  WEBHOOK_OUTCOMES(
      Kind.COUNTER,
      "dialspool.webhook.outcomes",
      "outcomes",
      "Outcomes that a webhook delivered, gave up or missed.",
      "webhook",
      "end"),
  /** How long a receiver takes to answer. */
  WEBHOOK_CALL_DURATION(
      Kind.TIMER,
      "dialspool.webhook.call.duration",
      "seconds",
      "Time from a webhook's call to its answer.",
      "webhook"),
  /** Alert while it grows. */
  WEBHOOK_LAG(
      Kind.GAUGE,
      "dialspool.webhook.lag",
      "seconds",
      "Age of the oldest outcome that waits for the webhook; 0 if none does.",
      "webhook"),
  /** Alert on anything but 0: they leave the feed after {@code spool.feedWindow}. */
  WEBHOOK_DEAD(
      Kind.GAUGE,
      "dialspool.webhook.dead",
      "outcomes",
      "Outcomes that a webhook gave up and has not delivered since.",
      "webhook"),
  /** Alert on anything but 0. */
  CONSERVATION_DIFFERENCE(
      Kind.GAUGE,
      "dialspool.conservation.difference",
      "requests",
      "Accepted dial requests that are in no state, or in two; always 0.");

  /** Which of Micrometer's instruments carries it. */
  enum Kind {
    COUNTER,
    GAUGE,
    SUMMARY,
    TIMER
  }

  private final Kind kind;
  private final String wire;
  private final String unit;
  private final String sentence;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> tagKeys;

  Meter(Kind kind, String wire, String unit, String sentence, String... tagKeys) {
    this.kind = kind;
    this.wire = wire;
    this.unit = unit;
    this.sentence = sentence;
    this.tagKeys = List.of(tagKeys);
  }

  Kind kind() {
    return kind;
  }

  /** With dots, as Micrometer wants it; Prometheus shows underscores, unit and {@code _total}. */
  public String wire() {
    return wire;
  }

  /** Empty for a plain number. */
  public String unit() {
    return unit;
  }

  public String sentence() {
    return sentence;
  }

  /** The tags that each of its series carries, in this order. */
  public List<String> tagKeys() {
    return tagKeys;
  }
}
