package io.dialspool.dispatch;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things that a person must look at: logged, and counted by kind. Messages name campaigns and
 * tokens, never numbers.
 */
public final class Alarms {
  private static final Logger LOG = LoggerFactory.getLogger("alarm");

  /** What an alarm is about. */
  public enum Kind {
    /** Two calls of a campaign in a row got nothing but InvalidInput; its lane is held. */
    ALL_INVALID,
    /** Three requests in a row were refused alone and none was accepted; the lane is held. */
    REFUSED_ALONE,
    /** The target refuses a campaign's calls in a way that a repeat wouldn't change; held. */
    CALL_REFUSED,
    /** A campaign has failed; its lane is held. */
    CAMPAIGN_FAILED,
    /** There are no credentials, or a target doesn't take them. */
    CREDENTIALS,
    /** A target gave one dial request id to two of our requests. */
    ONE_ID_FOR_TWO,
    /** The wall clock jumped against the monotonic one; nothing expires for a minute. */
    CLOCK_JUMPED;

    /** As the meter's tag spells it: {@code all-invalid}. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Map<Kind, AtomicLong> raised = new EnumMap<>(Kind.class);
  private final BiConsumer<Kind, String> to;

  private Alarms(BiConsumer<Kind, String> to) {
    this.to = to;
    for (Kind kind : Kind.values()) {
      raised.put(kind, new AtomicLong());
    }
  }

  public Alarms() {
    this(kind -> {}, LOG::warn);
  }

  /**
   * @param to told of each instead of the log
   */
  public Alarms(Consumer<String> to) {
    this(kind -> {}, to);
  }

  private Alarms(Consumer<Kind> counted, Consumer<String> to) {
    this(
        (kind, message) -> {
          counted.accept(kind);
          to.accept(message);
        });
  }

  /**
   * Logged, like those of the plain constructor.
   *
   * @param counted told the kind of each
   */
  public static Alarms counted(Consumer<Kind> counted) {
    return new Alarms(counted, LOG::warn);
  }

  /** Any thread. */
  public void raise(Kind kind, String message) {
    count(kind).incrementAndGet();
    to.accept(kind, message);
  }

  /** Since the start. */
  public long raised() {
    return raised.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** Of one kind, since the start. */
  public long raised(Kind kind) {
    return count(kind).get();
  }

  private AtomicLong count(Kind kind) {
    AtomicLong count = raised.get(kind);
    if (count == null) {
      throw new IllegalStateException("alarm " + kind + " is not counted");
    }
    return count;
  }
}
