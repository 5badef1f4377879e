package io.dialspool.bench;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers, one after the other, from bytes cut anywhere: status, length, and as much of the
 * body as the load generator needs. Makes no garbage of a good answer to a batch. One thread.
 */
final class AnswerReader {
  // An item that a 200 refuses carries one of these.
  private static final byte[] FAILURE = ascii("\"failureCode\"");
  private static final byte[] LENGTH = ascii("content-length:");
  private static final byte[] ENCODING = ascii("transfer-encoding: chunked");
  private static final byte[] TYPE = ascii("x-amzn-errortype:");
  private static final byte[] END_OF_HEAD = ascii("\r\n\r\n");

  private enum At {
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  private final byte[] head = new byte[16 * 1024];
  private final byte[] tail = new byte[4 * 1024];
  private At at = At.HEAD;
  private int headBytes;
  private int headEndSeen;
  private int status;
  private long left;
  private boolean lineSeen;
  private int failureSeen;
  private int failures;
  private int tailBytes;

  /** Forgets the answer before. */
  void begin() {
    at = At.HEAD;
    headBytes = 0;
    headEndSeen = 0;
    failureSeen = 0;
    failures = 0;
    tailBytes = 0;
  }

  /**
   * Reads on.
   *
   * @return whether the answer is complete
   * @throws IllegalArgumentException if this is no HTTP/1.1 answer, or more than one
   */
  boolean read(byte[] bytes, int length) {
    int i = 0;
    while (i < length) {
      switch (at) {
        case HEAD -> {
          if (headBytes == head.length) {
            throw new IllegalArgumentException("a head of more than 16 KiB");
          }
          byte next = bytes[i++];
          head[headBytes++] = next;
          headEndSeen = next == END_OF_HEAD[headEndSeen] ? headEndSeen + 1 : next == '\r' ? 1 : 0;
          if (headEndSeen == END_OF_HEAD.length && headEnded()) {
            return complete(i, length);
          }
        }
        case BODY, CHUNK -> {
          int now = (int) Math.min(left, length - i);
          body(bytes, i, now);
          i += now;
          left -= now;
          if (left == 0) {
            if (at == At.BODY) {
              return complete(i, length);
            }
            at = At.CHUNK_END;
            left = 2;
          }
        }
        case CHUNK_END -> {
          i++;
          if (--left == 0) {
            at = At.CHUNK_SIZE;
          }
        }
        case CHUNK_SIZE -> {
          byte next = bytes[i++];
          if (next == '\n') {
            at = left == 0 ? At.TRAILER : At.CHUNK;
            lineSeen = false;
          } else if (next != '\r') {
            left = left * 16 + Character.digit(next, 16);
          }
        }
        case TRAILER -> {
          byte next = bytes[i++];
          if (next == '\n') {
            if (!lineSeen) {
              return complete(i, length);
            }
            lineSeen = false;
          } else if (next != '\r') {
            lineSeen = true;
          }
        }
      }
    }
    return false;
  }

  private static boolean complete(int read, int length) {
    if (read != length) {
      throw new IllegalArgumentException("bytes after the answer");
    }
    return true;
  }

  private boolean headEnded() {
    status =
        headBytes > 12 && head[0] == 'H'
            ? (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0'
            : -1;
    if (status < 100 || status > 599) {
      throw new IllegalArgumentException("no status");
    }
    if (status < 200) { // an interim answer
      headBytes = 0;
      headEndSeen = 0;
      return false;
    }
    int length = find(LENGTH);
    if (length >= 0) {
      left = number(length + LENGTH.length);
      at = At.BODY;
      return left == 0;
    }
    if (find(ENCODING) < 0) {
      throw new IllegalArgumentException("a body of unknown length");
    }
    left = 0;
    at = At.CHUNK_SIZE;
    return false;
  }

  /** Where a line of the head begins so, in small letters; below 0 if none does. */
  private int find(byte[] what) {
    for (int i = 0; i + what.length < headBytes; i++) {
      if (i > 0 && head[i - 1] == '\n') {
        int same = 0;
        while (same < what.length && lower(head[i + same]) == what[same]) {
          same++;
        }
        if (same == what.length) {
          return i;
        }
      }
    }
    return -1;
  }

  private static byte lower(byte letter) {
    return letter >= 'A' && letter <= 'Z' ? (byte) (letter + 32) : letter;
  }

  private long number(int from) {
    long number = 0;
    for (int i = from; head[i] != '\r'; i++) {
      if (head[i] >= '0' && head[i] <= '9') {
        number = number * 10 + head[i] - '0';
      }
    }
    return number;
  }

  // How much of the word was seen is kept between two parts.
  private void body(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      byte next = bytes[i];
      if (next == FAILURE[failureSeen]) {
        failureSeen++;
        if (failureSeen == FAILURE.length) {
          failureSeen = 0;
          failures++;
        }
      } else {
        failureSeen = next == FAILURE[0] ? 1 : 0;
      }
    }
    if (length >= tail.length) {
      System.arraycopy(bytes, from + length - tail.length, tail, 0, tail.length);
      tailBytes = tail.length;
    } else {
      int kept = Math.min(tailBytes, tail.length - length);
      System.arraycopy(tail, tailBytes - kept, tail, 0, kept);
      System.arraycopy(bytes, from, tail, kept, length);
      tailBytes = kept + length;
    }
  }

  int status() {
    return status;
  }

  /** Items that carry a failure code. */
  int failures() {
    return failures;
  }

  /** The code in the head of an answer that is no 200; null if there is none. */
  @Nullable String errorType() {
    int from = find(TYPE);
    if (from < 0) {
      return null;
    }
    int end = from;
    while (head[end] != '\r') {
      end++;
    }
    return new String(
            head, from + TYPE.length, end - from - TYPE.length, StandardCharsets.ISO_8859_1)
        .trim();
  }

  /** The last line of the body, if it is not longer than 4 KiB. */
  String lastLine() {
    String end = new String(tail, 0, tailBytes, StandardCharsets.UTF_8).stripTrailing();
    return end.substring(end.lastIndexOf('\n') + 1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
