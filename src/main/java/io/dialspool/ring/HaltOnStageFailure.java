package io.dialspool.ring;

import com.lmax.disruptor.ExceptionHandler;
import java.util.function.Consumer;

/**
 * A stage that fails ends the ring. A handler that returned would publish the failed slot
 * downstream as if it had succeeded (measured), so this one throws, and nothing unsynced is ever
 * acknowledged.
 */
public final class HaltOnStageFailure implements ExceptionHandler<DialSlot> {
  private final Consumer<Throwable> halt;

  public HaltOnStageFailure(Consumer<Throwable> halt) {
    this.halt = halt;
  }

  @Override
  public void handleEventException(Throwable cause, long sequence, DialSlot slot) {
    halt.accept(cause);
    throw new IllegalStateException("a stage failed at sequence " + sequence, cause);
  }

  @Override
  public void handleOnStartException(Throwable cause) {
    halt.accept(cause);
  }

  @Override
  public void handleOnShutdownException(Throwable cause) {
    halt.accept(cause);
  }
}
