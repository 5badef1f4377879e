package io.dialspool.dispatch;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things that a person must look at: logged, and counted. Messages name campaigns and tokens, never
 * numbers.
 */
public final class Alarms {
  private static final Logger LOG = LoggerFactory.getLogger("alarm");
  private final AtomicLong raised = new AtomicLong();
  private final Consumer<String> to;

  public Alarms() {
    this(LOG::warn);
  }

  /**
   * @param to told of each instead of the log
   */
  public Alarms(Consumer<String> to) {
    this.to = to;
  }

  public void raise(String message) {
    raised.incrementAndGet();
    to.accept(message);
  }

  /** Since the start. */
  public long raised() {
    return raised.get();
  }
}
