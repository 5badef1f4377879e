package io.dialspool.replay;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Up to 1,000 lines of one source on their way: what one request carries. So few because an answer
 * names at most 1,000 problem lines: none can be lost.
 *
 * <p>Belongs to the reading thread until it is handed to the {@link Uplink}, to the event loop
 * until {@link #done} completes, then to the reading thread again, which settles it and fills it
 * anew.
 *
 * <p><b>Counting.</b> Each line counts once, by its last verdict. After a lost connection or an
 * overload everything behind the last synced line is sent again; what is then called a duplicate is
 * most likely the line that we sent ourselves and heard nothing of. So in a repeated request such a
 * line counts as accepted, unless an earlier answer had called that very line a duplicate, or its
 * token stands further up in the chunk. What may be miscounted is thus at most a chunk's worth of
 * duplicates of earlier chunks or runs that were not answered before the connection broke.
 */
final class Chunk {
  /** Api: an answer's problem lines are bounded by this. */
  static final int LINES_MAX = 1_000;

  private static final int BYTES_FULL = 512 * 1024;

  private enum Verdict {
    ACCEPTED,
    DUPLICATE,
    REJECTED
  }

  private final Bytes bytes = new Bytes();
  // Rows, in the order of the source.
  private final long[] sourceLine = new long[LINES_MAX];
  private final Verdict[] verdict = new Verdict[LINES_MAX];
  private final @Nullable Reject[] reject = new @Nullable Reject[LINES_MAX];
  private final boolean[] knownDuplicate = new boolean[LINES_MAX];
  // Those of them that are sent, and where each one's bytes end.
  private final int[] sentRow = new int[LINES_MAX];
  private final int[] sentEnd = new int[LINES_MAX];
  private final String[] token = new String[LINES_MAX];
  private String source = "";
  private int rows;
  private int rowsMax = LINES_MAX;
  private int sent;
  private int synced;
  private int firstOfRequest;
  private boolean inDoubt;
  private CompletableFuture<Chunk> done = new CompletableFuture<>();

  // --- the reading thread's side

  void begin(String sourceName) {
    begin(sourceName, LINES_MAX);
  }

  /**
   * @param most rows, 1 to {@link #LINES_MAX}
   */
  void begin(String sourceName, int most) {
    source = sourceName;
    rowsMax = most;
    rows = 0;
    sent = 0;
    synced = 0;
    firstOfRequest = 0;
    inDoubt = false;
    bytes.clear();
    done = new CompletableFuture<>();
  }

  /** Where the next line is written, with its line feed. */
  OutputStream output() {
    return bytes;
  }

  /** Ends the line that was written to {@link #output}. */
  void endLine(long line, String clientToken) {
    sentRow[sent] = rows;
    token[sent] = clientToken;
    sentEnd[sent] = bytes.size();
    sent++;
    add(line, Verdict.ACCEPTED, null);
  }

  /** A row that isn't sent. It has its place among the others, so that rejects keep their order. */
  void reject(long line, Reject why) {
    add(line, Verdict.REJECTED, why);
  }

  private void add(long line, Verdict first, @Nullable Reject why) {
    sourceLine[rows] = line;
    verdict[rows] = first;
    reject[rows] = why;
    knownDuplicate[rows] = false;
    rows++;
  }

  boolean isFull() {
    return rows >= rowsMax || bytes.size() >= BYTES_FULL;
  }

  boolean hasSomethingToSend() {
    return sent > 0;
  }

  int rows() {
    return rows;
  }

  /** Shows every row in its order, sent or not. */
  void each(LeadLines.Visitor visitor) {
    int line = 0;
    int at = 0;
    for (int row = 0; row < rows; row++) {
      Reject why = reject[row];
      if (line < sent && sentRow[line] == row) {
        visitor.line(source, sourceLine[row], bytes.array(), at, sentEnd[line]);
        at = sentEnd[line++];
      } else {
        visitor.rejected(source, sourceLine[row], why == null ? new Reject("", "refused") : why);
      }
    }
  }

  /** Completes when every line has its verdict, exceptionally when that can't be had. */
  CompletableFuture<Chunk> done() {
    return done;
  }

  /** Tells every row's verdict. */
  void settleInto(Tally tally) {
    settle(rows, tally);
  }

  /** After the end of the road: tells those rows up to which everything is safe. */
  void settleSyncedInto(Tally tally) {
    settle(synced == sent ? rows : sentRow[synced], tally);
  }

  private void settle(int end, Tally tally) {
    for (int i = 0; i < end; i++) {
      Reject why = reject[i];
      switch (verdict[i]) {
        case ACCEPTED -> tally.accepted();
        case DUPLICATE -> tally.duplicate();
        case REJECTED ->
            tally.rejected(source, sourceLine[i], why == null ? new Reject("", "refused") : why);
      }
    }
  }

  // --- the event loop's side

  byte[] bytes() {
    return bytes.array();
  }

  /** Where the lines begin that aren't safe yet. */
  int bytesFrom() {
    return synced == 0 ? 0 : sentEnd[synced - 1];
  }

  int bytesEnd() {
    return bytes.size();
  }

  /**
   * Begins a request with all lines that aren't safe yet.
   *
   * @return how many
   */
  int beginRequest() {
    firstOfRequest = synced;
    if (inDoubt) {
      markRepeatedTokens();
    }
    for (int i = synced; i < sent; i++) {
      int row = sentRow[i];
      knownDuplicate[row] |= verdict[row] == Verdict.DUPLICATE;
      verdict[row] = Verdict.ACCEPTED;
      reject[row] = null;
    }
    return sent - synced;
  }

  private void markRepeatedTokens() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < sent; i++) {
      knownDuplicate[sentRow[i]] |= !seen.add(token[i]);
    }
  }

  /** The request may have reached the spool, and there was no answer to its end. */
  void inDoubt() {
    inDoubt = true;
  }

  /**
   * @param line of the request, from 1
   * @return false if there is no such line
   */
  boolean rejected(long line, Reject why) {
    if (!has(line)) {
      return false;
    }
    int row = sentRow[firstOfRequest + (int) line - 1];
    verdict[row] = Verdict.REJECTED;
    reject[row] = why;
    return true;
  }

  /** As {@link #rejected}. */
  boolean duplicate(long line) {
    if (!has(line)) {
      return false;
    }
    int row = sentRow[firstOfRequest + (int) line - 1];
    boolean ours = inDoubt && !knownDuplicate[row];
    verdict[row] = ours ? Verdict.ACCEPTED : Verdict.DUPLICATE;
    return true;
  }

  /**
   * Every line of the request up to {@code line} is safe.
   *
   * @return whether that is news
   */
  boolean syncedThrough(long line) {
    if (!has(line) || firstOfRequest + line <= synced) {
      return false;
    }
    synced = firstOfRequest + (int) line;
    return true;
  }

  private boolean has(long line) {
    return line >= 1 && line <= sent - firstOfRequest;
  }

  /** What the reading thread wants to know of each line. */
  interface Tally {
    void accepted();

    void duplicate();

    void rejected(String source, long line, Reject why);
  }

  /** A byte array that grows, and gives back a large one. */
  private static final class Bytes extends OutputStream {
    private static final int KEPT_MAX = 2 * BYTES_FULL;
    private byte[] array = new byte[64 * 1024];
    private int size;

    byte[] array() {
      return array;
    }

    int size() {
      return size;
    }

    void clear() {
      size = 0;
      if (array.length > KEPT_MAX) {
        array = new byte[64 * 1024];
      }
    }

    private void ensure(int length) {
      if (array.length - size < length) {
        array = Arrays.copyOf(array, Math.max(array.length * 2, size + length));
      }
    }

    @Override
    public void write(int one) {
      ensure(1);
      array[size++] = (byte) one;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      ensure(length);
      System.arraycopy(from, offset, array, size, length);
      size += length;
    }
  }
}
