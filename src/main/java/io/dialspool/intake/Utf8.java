package io.dialspool.intake;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Whether bytes are UTF-8. Jackson checks no more than the bytes' leading bits. */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  static boolean isValid(byte[] bytes, int at, int length) {
    int end = at + length;
    int next = at;
    // Nearly all bodies are ASCII, where eight bytes at a time tell.
    while (end - next >= Long.BYTES && ((long) LONGS.get(bytes, next) & HIGH_BITS) == 0) {
      next += Long.BYTES;
    }
    while (next < end && bytes[next] >= 0) {
      next++;
    }
    return next == end
        || ByteBufUtil.isText(
            Unpooled.wrappedBuffer(bytes, next, end - next), StandardCharsets.UTF_8);
  }
}
