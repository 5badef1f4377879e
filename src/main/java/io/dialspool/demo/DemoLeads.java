package io.dialspool.demo;

import io.dialspool.replay.Source;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** The leads of the demo: the bundled file, or the first lines of it. */
public final class DemoLeads {
  private static final String BUNDLED = "leads.csv.gz";

  /** How the bundled file's deadlines are given: seconds from now, below 0 in the past. */
  public static final Map<String, String> COLUMNS = Map.of("expiresIn", "validFor");

  private DemoLeads() {}

  /**
   * The bundled 10,000 leads: real national formats, some invalid, some doubled, some too late.
   *
   * @param most how many of them
   */
  public static Source bundled(long most) {
    return new Source(
        BUNDLED,
        -1,
        () -> {
          InputStream gzip = DemoLeads.class.getResourceAsStream(BUNDLED);
          if (gzip == null) {
            throw new IOException(BUNDLED + " is missing from the jar");
          }
          return firstLines(new GZIPInputStream(gzip), most);
        });
  }

  /** The first {@code most} leads of a CSV file with a header and a lead a line. */
  public static Source of(Source leads, long most) {
    return most == Long.MAX_VALUE
        ? leads
        : new Source(leads.name(), -1, () -> firstLines(leads.opener().open(), most));
  }

  private static InputStream firstLines(InputStream in, long most) {
    return most == Long.MAX_VALUE ? in : new FirstLines(new BufferedInputStream(in), most + 1);
  }

  /** Ends after so many line feeds. */
  private static final class FirstLines extends FilterInputStream {
    private long left;

    FirstLines(InputStream in, long lines) {
      super(in);
      this.left = lines;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) {
        return -1;
      }
      int b = super.read();
      if (b == '\n') {
        left--;
      }
      return b;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      int count = 0;
      while (count < length) {
        int b = read();
        if (b < 0) {
          break;
        }
        into[at + count++] = (byte) b;
      }
      return count == 0 && length > 0 ? -1 : count;
    }
  }
}
