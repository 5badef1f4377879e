package io.dialspool.dispatch;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things that a person must look at: logged, and counted. Messages name campaigns and tokens, never
 * numbers.
 */
public final class Alarms {
  private static final Logger LOG = LoggerFactory.getLogger("alarm");
  private final AtomicLong raised = new AtomicLong();

  public void raise(String message) {
    raised.incrementAndGet();
    LOG.warn(message);
  }

  /** Since the start. */
  public long raised() {
    return raised.get();
  }
}
