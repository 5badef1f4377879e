package io.dialspool.replay;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Unpacks what begins like gzip or zstd; their magic bytes count, not the name. */
final class Unpacked {
  private static final int GZIP_BYTES = 64 * 1024;

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
      return new Told("gzip", new GZIPInputStream(packed, GZIP_BYTES));
    }
    if (isZstd(packed)) {
      try {
        return new Told("zstd", new ZstdInputStreamNoFinalizer(packed));
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

    Told(String kind, InputStream in) {
      this.kind = kind;
      this.in = in;
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
        return in.read(target, offset, length);
      } catch (EOFException e) {
        throw new DamagedException("the " + kind + " data ends in the middle");
      } catch (IOException e) {
        boolean gzipItself = e instanceof ZipException;
        if (kind.equals("zstd") && String.valueOf(e.getMessage()).contains("Truncated source")) {
          throw new DamagedException("the zstd data ends in the middle");
        }
        if (String.valueOf(e.getMessage()).contains("too much memory")) {
          throw new DamagedException(
              "the zstd data needs more than 128 MiB to unpack (expected: packed with --long=27 at"
                  + " most)");
        }
        if (gzipItself || kind.equals("zstd")) {
          throw new DamagedException("the " + kind + " data is damaged");
        }
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
