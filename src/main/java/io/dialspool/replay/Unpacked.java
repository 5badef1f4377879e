package io.dialspool.replay;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Unpacks what begins like gzip or zstd; their magic bytes count, not the name. */
final class Unpacked {
  private static final int GZIP_BYTES = 64 * 1024;

  /** A damage takes what was unpacked with it in one read away. */
  private static final int PIECE_BYTES = 1024;

  private Unpacked() {}

  /** Packed data that can't be read on; the message says why. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  /**
   * @throws ReplayException usage, for zstd on a machine that has no library for it
   */
  static InputStream of(Source source, Input.Peekable packed) throws IOException {
    if (packed.peek(0) == 0x1f && packed.peek(1) == 0x8b) {
      // The JDK's own takes what follows the first part for the end where it is damaged, or where
      // nothing of it has arrived yet.
      return new Told(
          "gzip",
          GzipCompressorInputStream.builder()
              .setInputStream(packed)
              .setBufferSize(GZIP_BYTES)
              .setDecompressConcatenated(true)
              .get(),
          packed);
    }
    if (isZstd(packed)) {
      try {
        return new Told("zstd", new ZstdInputStreamNoFinalizer(packed), packed);
      } catch (LinkageError e) {
        throw ReplayException.usage(
            source.name()
                + ": zstd can't be unpacked on this system (expected: zstd -dc FILE | dialspool"
                + " replay - …)");
      }
    }
    return packed;
  }

  // A frame of data, or one of the sixteen kinds to skip, with which some tools begin.
  private static boolean isZstd(Input.Peekable packed) throws IOException {
    boolean data = packed.peek(0) == 0x28 && packed.peek(1) == 0xB5;
    boolean skippable = (packed.peek(0) & 0xF0) == 0x50 && packed.peek(1) == 0x2A;
    return (data && packed.peek(2) == 0x2F && packed.peek(3) == 0xFD)
        || (skippable && packed.peek(2) == 0x4D && packed.peek(3) == 0x18);
  }

  /** Says in words what is wrong with the data: the libraries' own are of their insides. */
  private static final class Told extends InputStream {
    private final String kind;
    private final InputStream in;
    private final Input.Peekable packed;

    Told(String kind, InputStream in, Input.Peekable packed) {
      this.kind = kind;
      this.in = in;
      this.packed = packed;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int n = read(one, 0, 1);
      return n < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return in.read(target, offset, Math.min(length, PIECE_BYTES));
      } catch (IOException e) {
        throw packed.isOwn(e) ? e : new DamagedException(fault(e));
      }
    }

    private String fault(IOException e) {
      String message = String.valueOf(e.getMessage());
      if (e instanceof EOFException || message.contains("Truncated source")) {
        return "the " + kind + " data ends in the middle";
      }
      if (message.contains("too much memory")) {
        return "the zstd data needs more than 128 MiB to unpack (expected: packed with --long=27 at"
            + " most)";
      }
      return "the " + kind + " data is damaged";
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
