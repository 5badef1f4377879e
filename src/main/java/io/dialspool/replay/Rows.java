package io.dialspool.replay;

import io.dialspool.time.Clock;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The rows of one source, as lines of the contract, chunk by chunk. */
final class Rows implements Closeable {
  private final Source source;
  private final Input input;
  private final LeadReader leads;
  private final LeadWriter writer;
  private final Lead lead = new Lead();

  private Rows(Source source, Input input, LeadReader leads, LeadWriter writer) {
    this.source = source;
    this.input = input;
    this.leads = leads;
    this.writer = writer;
  }

  /**
   * @throws ReplayException usage, if the source as a whole isn't what it should be
   */
  static Rows open(Source source, Columns columns, ReplayConfig config, Clock clock) {
    Input input = null;
    try {
      input = Input.open(source);
      return new Rows(
          source,
          input,
          input.leads(source, columns, config.delimiter()),
          new LeadWriter(config, clock));
    } catch (IOException e) {
      close(input);
      throw ReplayException.usage(source.name() + ": " + unreadable(e));
    } catch (ReplayException e) {
      close(input);
      throw e;
    }
  }

  private static void close(@Nullable Input input) {
    try {
      if (input != null) {
        input.close();
      }
    } catch (IOException e) {
      // What is wrong with it is about to be told.
    }
  }

  /**
   * Adds rows until the chunk is full. A source that breaks off ends with a rejected row, so that
   * the break is not overlooked.
   *
   * @return false at the end of the source
   */
  boolean fill(Chunk chunk) {
    while (!chunk.isFull()) {
      boolean broken = false;
      try {
        if (!leads.next(lead)) {
          return false;
        }
      } catch (IOException e) {
        broken = true;
        lead.clear();
        lead.line = leads.line();
        lead.fault("", unreadable(e) + "; nothing after this line was read");
      }
      writer.write(lead, chunk);
      if (broken) {
        return false;
      }
    }
    return true;
  }

  private static String unreadable(IOException e) {
    if (e instanceof Unpacked.DamagedException) {
      return String.valueOf(e.getMessage());
    }
    if (e instanceof EOFException) {
      return "the gzip data ends in the middle";
    }
    return e instanceof ZipException ? "the gzip data is damaged" : "can't be read";
  }

  /** Read so far, as it lies on disk. */
  long readBytes() {
    return input.readBytes();
  }

  @Override
  public void close() {
    try {
      input.close();
    } catch (IOException e) {
      throw ReplayException.usage(source.name() + ": " + unreadable(e));
    }
  }
}
