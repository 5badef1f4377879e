package io.dialspool.intake;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes an answer's JSON straight into bytes. One thread. */
final class JsonBytes {
  private static final byte[] HEX = ascii("0123456789abcdef");

  private byte[] bytes;
  private int length;

  JsonBytes(int bytesExpected) {
    bytes = new byte[bytesExpected];
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  JsonBytes raw(byte[] ascii) {
    return raw(ascii, 0, ascii.length);
  }

  JsonBytes raw(byte[] from, int at, int count) {
    ensure(count);
    System.arraycopy(from, at, bytes, length, count);
    length += count;
    return this;
  }

  JsonBytes raw(char ascii) {
    ensure(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  JsonBytes number(long value) {
    if (value < 0) {
      return raw(ascii(Long.toString(value)));
    }
    int digits = 1;
    for (long rest = value; rest > 9; rest /= 10) {
      digits++;
    }
    ensure(digits);
    long rest = value;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  JsonBytes string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return string(utf8, 0, utf8.length);
  }

  /** A JSON string of {@code utf8}, quoted and escaped. */
  JsonBytes string(byte[] utf8, int at, int count) {
    ensure(count * 6 + 2);
    bytes[length++] = '"';
    for (int i = at; i < at + count; i++) {
      byte b = utf8[i];
      if (b == '"' || b == '\\') {
        bytes[length++] = '\\';
        bytes[length++] = b;
      } else if (b >= 0 && b < 0x20) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[b >> 4];
        bytes[length++] = HEX[b & 15];
      } else {
        bytes[length++] = b;
      }
    }
    bytes[length++] = '"';
    return this;
  }

  int length() {
    return length;
  }

  /** Takes back the last byte. */
  JsonBytes dropLast() {
    length--;
    return this;
  }

  /** All that was written, up to {@link #length}; valid until something more is. */
  byte[] bytes() {
    return bytes;
  }

  /** Begins anew, and gives back a buffer of more than {@code bytesKeptMax}. */
  void clear(int bytesKeptMax) {
    length = 0;
    if (bytes.length > bytesKeptMax) {
      bytes = new byte[bytesKeptMax];
    }
  }

  /** What was written; the writer must not be used afterwards. */
  ByteBuf toNetty() {
    return Unpooled.wrappedBuffer(bytes, 0, length);
  }

  private void ensure(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
