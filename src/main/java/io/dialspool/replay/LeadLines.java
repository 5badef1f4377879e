package io.dialspool.replay;

import io.dialspool.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The rows of all sources as the lines that a replay would send, for who wants to know beforehand.
 * One thread.
 */
public final class LeadLines implements AutoCloseable {
  /** Shown every row, in order. */
  public interface Visitor {
    /**
     * A row that a replay would send.
     *
     * @param source its name
     * @param line where it begins there, from 1
     * @param to just behind its line feed; the bytes are the visitor's for the call only
     */
    void line(String source, long line, byte[] bytes, int at, int to);

    /** A row that it wouldn't. */
    void rejected(String source, long line, Reject why);
  }

  private final ReplayConfig config;
  private final Clock clock;
  private final Columns columns;
  private final Deque<Source> left;
  private final Chunk chunk = new Chunk();
  private int sourceNumber;
  private @Nullable Source source;
  private @Nullable Rows rows;
  private long sourceReadBytes;
  private long readBytesBefore;

  /**
   * @throws ReplayException usage, for a member in {@code --map} that doesn't exist
   */
  public LeadLines(ReplayConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.columns = new Columns(config.columns());
    this.left = new ArrayDeque<>(config.sources());
  }

  /**
   * Shows some hundred rows more.
   *
   * @return false at the end
   * @throws ReplayException usage, if a source as a whole isn't what it should be
   */
  public boolean next(Visitor visitor) {
    Rows open = rows;
    if (open == null) {
      Source next = left.poll();
      if (next == null) {
        return false;
      }
      sourceNumber++;
      source = next;
      readBytesBefore += sourceReadBytes;
      sourceReadBytes = 0;
      open = Rows.open(next, columns, config, clock);
      rows = open;
    }
    chunk.begin(source());
    boolean more = open.fill(chunk);
    sourceReadBytes = open.readBytes();
    if (!more) {
      close();
    }
    chunk.each(visitor);
    return true;
  }

  /** The name of the source at hand; empty before the first. */
  public String source() {
    return source == null ? "" : source.name();
  }

  int sourceNumber() {
    return sourceNumber;
  }

  long sourceBytes() {
    return source == null ? -1 : source.bytes();
  }

  long sourceReadBytes() {
    return sourceReadBytes;
  }

  /** Read of all sources so far, as they lie on disk. */
  public long readBytes() {
    return readBytesBefore + sourceReadBytes;
  }

  @Override
  public void close() {
    Rows open = rows;
    rows = null;
    if (open != null) {
      open.close();
    }
  }
}
