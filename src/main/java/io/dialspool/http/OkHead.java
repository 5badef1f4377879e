package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes the head of a 200 with JSON, the same as that of {@link HttpAnswer#json}, without an
 * object for each part. One thread.
 */
public final class OkHead {
  private static final byte[] BEFORE_LENGTH =
      ascii("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ");
  private static final byte[] BEFORE_ID = ascii("\r\nx-amzn-RequestId: ");
  private static final byte[] BEFORE_DATE = ascii("\r\ndate: ");
  private static final byte[] END = ascii("\r\n\r\n");
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final int DIGITS_MAX = 10;
  private static final int ID_BYTES = 36;
  private static final int DATE_BYTES = 29;

  /** No head is longer. */
  public static final int BYTES_MAX =
      BEFORE_LENGTH.length
          + DIGITS_MAX
          + BEFORE_ID.length
          + ID_BYTES
          + BEFORE_DATE.length
          + DATE_BYTES
          + END.length;

  private final byte[] head = new byte[BYTES_MAX];
  private int used;

  public OkHead() {
    System.arraycopy(BEFORE_LENGTH, 0, head, 0, BEFORE_LENGTH.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Appends the head of an answer with so many bytes of JSON. */
  public void write(ByteBuf to, int jsonBytes) {
    used = BEFORE_LENGTH.length;
    number(jsonBytes);
    append(BEFORE_ID);
    var random = ThreadLocalRandom.current();
    id(HttpAnswer.idHigh(random.nextLong()), HttpAnswer.idLow(random.nextLong()));
    append(BEFORE_DATE);
    append(HttpAnswer.dateAscii());
    append(END);
    to.writeBytes(head, 0, used);
  }

  private void append(byte[] part) {
    System.arraycopy(part, 0, head, used, part.length);
    used += part.length;
  }

  private void number(int value) {
    int digits = 1;
    for (int rest = value; rest > 9; rest /= 10) {
      digits++;
    }
    int rest = value;
    for (int i = used + digits - 1; i >= used; i--) {
      head[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    used += digits;
  }

  // As UUID.toString does.
  private void id(long high, long low) {
    hex(high >>> 32, 8);
    head[used++] = '-';
    hex(high >>> 16, 4);
    head[used++] = '-';
    hex(high, 4);
    head[used++] = '-';
    hex(low >>> 48, 4);
    head[used++] = '-';
    hex(low, 12);
  }

  private void hex(long value, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      head[used++] = HEX[(int) (value >>> shift) & 15];
    }
  }
}
