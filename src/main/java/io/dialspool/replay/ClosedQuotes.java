package io.dialspool.replay;

import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;

/**
 * CSV text in which every quote is closed. A quote that is opened and never closed makes a parser
 * swallow the rest of the file, or melt two rows into one. So each record is read through first;
 * where its quotes don't match, or it grows beyond bounds, its first line is replaced by a line
 * with {@link #MARK} alone and the next line begins a new record. Line numbers stay true.
 */
final class ClosedQuotes extends Reader {
  /** A noncharacter, not legal in text. */
  static final char MARK = '\uFFFE';

  private static final int RECORD_CHARS_MAX = 256 * 1024;

  private enum Place {
    FIELD_START,
    PLAIN,
    QUOTED,
    AFTER_QUOTE
  }

  private final Reader in;
  private final char separator;
  private char[] buffer = new char[64 * 1024];
  private int from; // what may be read begins
  private int safe; // and ends
  private int end; // what is in the buffer ends
  private boolean ended;

  ClosedQuotes(Reader in, char separator) {
    this.in = in;
    this.separator = separator;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    while (from == safe) {
      if (!advance()) {
        return -1;
      }
    }
    int n = Math.min(length, safe - from);
    System.arraycopy(buffer, from, target, offset, n);
    from += n;
    return n;
  }

  /** Makes whole records safe to read: all that are in the buffer, at least one. */
  private boolean advance() throws IOException {
    int scan = from;
    var place = Place.FIELD_START;
    while (true) {
      if (scan == end) {
        if (safe > from) {
          return true;
        }
        int held = scan - from;
        if (held > RECORD_CHARS_MAX) {
          return dropFirstLine();
        }
        if (!fill()) {
          if (held == 0) {
            return false;
          }
          if (place == Place.QUOTED) {
            return dropFirstLine();
          }
          safe = end;
          return true;
        }
        scan = from + held;
      }
      char c = buffer[scan++];
      boolean lineEnd = c == '\n' || c == '\r';
      if (place == Place.QUOTED) {
        place = c == '"' ? Place.AFTER_QUOTE : Place.QUOTED;
      } else if (lineEnd) {
        safe = scan;
        place = Place.FIELD_START;
      } else if (c == separator) {
        place = Place.FIELD_START;
      } else if (place == Place.AFTER_QUOTE) {
        if (c != '"') {
          return safe > from || dropFirstLine();
        }
        place = Place.QUOTED;
      } else {
        place = place == Place.FIELD_START && c == '"' ? Place.QUOTED : Place.PLAIN;
      }
    }
  }

  /** Leaves the mark, and the line's end, of the line at {@code from}. */
  private boolean dropFirstLine() throws IOException {
    int at = from;
    while (true) {
      if (at == end) {
        from = Math.max(from, end - 1); // one character must stay, to become the mark
        int held = end - from;
        if (!fill()) {
          buffer[from] = MARK;
          safe = end;
          return true;
        }
        at = from + held;
      }
      char c = buffer[at];
      if (c == '\n' || c == '\r') {
        from = at - 1;
        buffer[from] = MARK;
        safe = at + 1;
        return true;
      }
      at++;
    }
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, end - from);
      end -= from;
      safe -= from;
      from = 0;
    }
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int n = in.read(buffer, end, buffer.length - end);
    ended = n < 0;
    end += Math.max(0, n);
    return n > 0 || (!ended && fill());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
