package io.dialspool.replay;

import io.dialspool.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams files of leads into a running service. Assumes nothing of earlier runs: running the same
 * again is safe at any time and continues where the last one ended, because every row goes out
 * under its own clientToken or one made from its content.
 *
 * <p>Use once, on one thread.
 */
public final class Replay {
  private static final long TOLD_EVERY_NS = 100_000_000;

  private final ReplayConfig config;
  private final Clock clock;
  private final Counting counting = new Counting();
  private final Deque<Chunk> inFlight = new ArrayDeque<>();
  private final Deque<Chunk> free = new ArrayDeque<>();
  private final LongConsumer park;
  private final Pace pace;
  private int chunks;
  private long toldAtNs;
  private String sourceName = "";
  private int sourceNumber;
  private long sourceBytes;
  private long sourceReadBytes;
  private long readBytesBefore;

  public Replay(ReplayConfig config, Clock clock) {
    this(config, clock, LockSupport::parkNanos);
  }

  /**
   * @param park lets so many nanoseconds pass, or fewer
   */
  Replay(ReplayConfig config, Clock clock, LongConsumer park) {
    this.config = config;
    this.clock = clock;
    this.park = park;
    this.pace = new Pace(config.rowsPerSecond(), clock);
  }

  /**
   * Reads every source, sends every row, writes the rejects, and returns when every row has its
   * verdict.
   *
   * @throws ReplayException if it can't begin or can't go on; {@link ReplayException#soFar} tells
   *     what is safe
   */
  public ReplaySummary run(ReplayListener listener) {
    long startNs = clock.nanoTime();
    toldAtNs = startNs;
    var columns = new Columns(config.columns());
    try (var rejects = new RejectsFile(config.rejects(), config.sources())) {
      counting.rejects = rejects;
      ReplayException trouble = null;
      try (var uplink = new Uplink(config, clock)) {
        try {
          for (Source source : config.sources()) {
            stream(source, columns, uplink, listener);
          }
          drain(uplink, listener);
        } catch (ReplayException e) {
          trouble = e.kind() == ReplayException.Kind.USAGE ? drained(e, uplink, listener) : e;
        }
      }
      // The uplink is closed: nobody else touches the chunks now.
      for (Chunk chunk : inFlight) {
        settleWhatIsSafe(chunk);
      }
      rejects.flush();
      double seconds = (clock.nanoTime() - startNs) / 1e9;
      var summary =
          new ReplaySummary(
              counting.rows(),
              counting.accepted,
              counting.duplicates,
              counting.rejected,
              seconds,
              rejects.path());
      if (trouble != null) {
        throw trouble.after(summary);
      }
      tell(listener, "");
      return summary;
    }
  }

  private void stream(Source source, Columns columns, Uplink uplink, ReplayListener listener) {
    sourceNumber++;
    sourceName = source.name();
    sourceBytes = source.bytes();
    readBytesBefore += sourceReadBytes;
    sourceReadBytes = 0;
    try (Rows rows = Rows.open(source, columns, config, clock)) {
      boolean more = true;
      while (more) {
        awaitTurn(uplink, listener);
        Chunk chunk = begin(uplink, listener);
        more = rows.fill(chunk);
        sourceReadBytes = rows.readBytes();
        pace.gone(chunk.rows());
        submit(chunk, uplink);
      }
    }
  }

  private void awaitTurn(Uplink uplink, ReplayListener listener) {
    for (long waitNs = pace.waitNs(); waitNs > 0; waitNs = pace.waitNs()) {
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw interrupted();
      }
      while (!inFlight.isEmpty() && inFlight.getFirst().done().isDone()) {
        free.add(settleOldest(uplink, listener));
      }
      if (clock.nanoTime() - toldAtNs >= TOLD_EVERY_NS) {
        tell(listener, uplink.waitingFor());
      }
      park.accept(Math.min(waitNs, TOLD_EVERY_NS));
    }
  }

  private Chunk begin(Uplink uplink, ReplayListener listener) {
    Chunk chunk = free.poll();
    if (chunk == null) {
      if (chunks < 2 * config.connections()) {
        chunks++;
        chunk = new Chunk();
      } else {
        chunk = settleOldest(uplink, listener);
      }
    }
    chunk.begin(sourceName, pace.rowsTogether());
    return chunk;
  }

  private void submit(Chunk chunk, Uplink uplink) {
    inFlight.addLast(chunk);
    if (chunk.hasSomethingToSend()) {
      uplink.submit(chunk);
    } else {
      chunk.done().complete(chunk);
    }
  }

  private void drain(Uplink uplink, ReplayListener listener) {
    while (!inFlight.isEmpty()) {
      settleOldest(uplink, listener);
    }
  }

  /** A fault in one file must not leave the rows before it without their verdict. */
  private ReplayException drained(ReplayException fault, Uplink uplink, ReplayListener listener) {
    try {
      drain(uplink, listener);
      return fault;
    } catch (ReplayException worse) {
      return worse;
    }
  }

  private Chunk settleOldest(Uplink uplink, ReplayListener listener) {
    while (true) {
      Chunk oldest = inFlight.getFirst();
      try {
        oldest.done().get(200, TimeUnit.MILLISECONDS);
        inFlight.removeFirst();
        oldest.settleInto(counting);
        counting.flush();
        if (clock.nanoTime() - toldAtNs >= TOLD_EVERY_NS) {
          tell(listener, "");
        }
        return oldest;
      } catch (TimeoutException e) {
        tell(listener, uplink.waitingFor());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ReplayException trouble) {
          throw trouble;
        }
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw interrupted();
      }
    }
  }

  private static ReplayException interrupted() {
    return ReplayException.here(
        "interrupted (what was accepted is safe; running the same again continues)");
  }

  private void settleWhatIsSafe(Chunk chunk) {
    if (chunk.done().isDone() && !chunk.done().isCompletedExceptionally()) {
      chunk.settleInto(counting);
    } else {
      chunk.settleSyncedInto(counting);
    }
  }

  private void tell(ReplayListener listener, String waitingFor) {
    toldAtNs = clock.nanoTime();
    listener.progressed(
        new ReplayProgress(
            sourceName,
            sourceNumber,
            config.sources().size(),
            counting.rows(),
            counting.accepted,
            counting.duplicates,
            counting.rejected,
            sourceReadBytes,
            sourceBytes,
            readBytesBefore + sourceReadBytes,
            config.totalBytes(),
            waitingFor));
  }

  /** Counts the verdicts and hands on the rejects. */
  private static final class Counting implements Chunk.Tally {
    private long accepted;
    private long duplicates;
    private long rejected;
    private @Nullable RejectsFile rejects;

    long rows() {
      return accepted + duplicates + rejected;
    }

    @Override
    public void accepted() {
      accepted++;
    }

    @Override
    public void duplicate() {
      duplicates++;
    }

    @Override
    public void rejected(String source, long line, Reject why) {
      rejected++;
      if (rejects != null) {
        rejects.add(source, line, why);
      }
    }

    void flush() {
      if (rejects != null) {
        rejects.flush();
      }
    }
  }
}
