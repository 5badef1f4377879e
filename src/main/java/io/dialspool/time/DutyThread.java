package io.dialspool.time;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The thin loop around a duty: owns its thread and its idling. Parks when there was nothing to do,
 * until woken or until the duty says that something falls due; so an idle service costs nothing,
 * and work that comes in is met at once.
 */
public final class DutyThread implements AutoCloseable {
  private static final long PARK_MAX_NS = 100_000_000L;

  /** One turn of work, and how long idling may last after a turn without any. */
  public interface Duty {
    /** Returns the work done, 0 when idle. */
    int runOnce();

    /** Nanoseconds until something falls due; at most 100 ms are used. */
    long idleNs();
  }

  private final Thread thread;
  private final Duty duty;
  private final Consumer<Throwable> onFailure;
  private volatile boolean stopped;
  private volatile boolean parked;
  private volatile boolean woken;

  /**
   * @param onFailure called on the thread, once, if a turn throws; the loop ends
   */
  public DutyThread(String name, Duty duty, Consumer<Throwable> onFailure) {
    this.duty = duty;
    this.onFailure = onFailure;
    this.thread = new Thread(this::run, name);
  }

  public void start() {
    thread.start();
  }

  /** There is something to do. Any thread. */
  public void wake() {
    woken = true;
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!stopped) {
        if (duty.runOnce() == 0) {
          idle();
        }
      }
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  private void idle() {
    parked = true;
    if (!woken) {
      long idleNs = Math.min(PARK_MAX_NS, duty.idleNs());
      if (idleNs > 0) {
        LockSupport.parkNanos(idleNs);
      }
    }
    parked = false;
    woken = false;
  }

  /** Ends the loop after its current turn and waits for that. */
  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
