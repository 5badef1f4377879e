package io.dialspool.spool;

import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Up to here requests may have left in a call. Synced before the first of them does, so that after
 * a crash everything at or below it counts as maybe sent.
 *
 * @param through the last sequence
 * @param sinceMs none of them left before; milliseconds since 1970
 */
public record Mark(long through, long sinceMs) {

  static byte[] encode(List<Mark> marks) {
    ByteBuffer out = ByteBuffer.allocate(16 * marks.size());
    for (Mark mark : marks) {
      out.putLong(mark.through).putLong(mark.sinceMs);
    }
    return out.array();
  }

  /**
   * @throws StoreException if the bytes are no marks
   */
  static List<Mark> decode(byte[] value) {
    if (value.length % 16 != 0) {
      throw new StoreException("a lane's marks are cut off");
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    var marks = new ArrayList<Mark>();
    while (in.hasRemaining()) {
      marks.add(new Mark(in.getLong(), in.getLong()));
    }
    return marks;
  }
}
