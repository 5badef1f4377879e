package io.dialspool.replay;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Opens a source: unpacks gzip and zstd by their magic bytes, skips a BOM, and tells CSV from
 * NDJSON.
 */
final class Input implements Closeable {
  private final InputStream bytes;
  private final Counted counted;

  private Input(InputStream bytes, Counted counted) {
    this.bytes = bytes;
    this.counted = counted;
  }

  static Input open(Source source) throws IOException {
    var counted = new Counted(source.opener().open());
    Peekable outer = new Peekable(counted);
    try {
      InputStream unpacked = Unpacked.of(source, outer);
      return new Input(unpacked == outer ? outer : new Peekable(unpacked), counted);
    } catch (IOException | ReplayException e) {
      outer.close();
      throw e;
    }
  }

  /**
   * The reader that fits the source.
   *
   * @throws ReplayException usage, if it is neither CSV nor NDJSON in UTF-8
   */
  LeadReader leads(Source source, Columns columns, @Nullable Character delimiter)
      throws IOException {
    Peekable peekable = (Peekable) bytes;
    if (peekable.peek(0) == 0xEF && peekable.peek(1) == 0xBB && peekable.peek(2) == 0xBF) {
      peekable.skipNBytes(3);
    }
    boolean wide =
        (peekable.peek(0) == 0xFF && peekable.peek(1) == 0xFE)
            || (peekable.peek(0) == 0xFE && peekable.peek(1) == 0xFF);
    if (wide || (peekable.peek(0) == 0 && peekable.peek(1) >= 0)) {
      throw ReplayException.usage(source.name() + ": UTF-16 or binary (expected: UTF-8)");
    }
    return isNdjson(source.name(), peekable)
        ? new NdjsonLeads(peekable, columns)
        : new CsvLeads(source.name(), peekable, columns, delimiter);
  }

  private static boolean isNdjson(String name, Peekable peekable) throws IOException {
    String lower = name.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zst)$", "");
    if (lower.endsWith(".ndjson") || lower.endsWith(".jsonl")) {
      return true;
    }
    if (lower.endsWith(".csv") || lower.endsWith(".tsv")) {
      return false;
    }
    int i = 0;
    while (i < Peekable.PEEK_MAX && Character.isWhitespace(peekable.peek(i))) {
      i++;
    }
    int first = i < Peekable.PEEK_MAX ? peekable.peek(i) : -1;
    if (first == '[' && lower.endsWith(".json")) {
      throw ReplayException.usage(name + ": a JSON array (expected: one object a line)");
    }
    return first == '{';
  }

  /** Read so far, as it lies on disk. */
  long readBytes() {
    return counted.bytes;
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  /** Counts what passes. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private long bytes;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      bytes += one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = in.read(target, offset, length);
      bytes += Math.max(0, n);
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** A buffer that can be looked into before it is read. */
  static final class Peekable extends InputStream {
    static final int PEEK_MAX = 16 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[64 * 1024];
    private int at;
    private int end;
    private boolean ended;
    private @Nullable IOException trouble;

    Peekable(InputStream in) {
      this.in = in;
    }

    /**
     * The byte {@code ahead} of the next one; -1 past the end.
     *
     * @param ahead below {@link #PEEK_MAX}
     */
    int peek(int ahead) throws IOException {
      if (at > 0 && buffer.length - at <= PEEK_MAX) {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        at = 0;
      }
      while (end - at <= ahead && fill()) {}
      return end - at > ahead ? buffer[at + ahead] & 0xFF : -1;
    }

    /** Whether this came from below, rather than from what was read. */
    boolean isOwn(IOException fault) {
      return fault == trouble;
    }

    private boolean fill() throws IOException {
      if (ended) {
        return false;
      }
      if (at == end) {
        at = 0;
        end = 0;
      }
      int n;
      try {
        n = in.read(buffer, end, buffer.length - end);
      } catch (IOException e) {
        trouble = e;
        throw e;
      }
      ended = n < 0;
      end += Math.max(0, n);
      return !ended;
    }

    @Override
    public int read() throws IOException {
      int one = peek(0);
      at += one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (at == end && !fill()) {
        return -1;
      }
      int n = Math.min(length, end - at);
      System.arraycopy(buffer, at, target, offset, n);
      at += n;
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
