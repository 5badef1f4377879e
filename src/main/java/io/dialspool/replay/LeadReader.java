package io.dialspool.replay;

import java.io.Closeable;
import java.io.IOException;

/** The rows of one source, one after the other. */
interface LeadReader extends Closeable {
  /**
   * Reads the next row into {@code lead}, perhaps one with a fault.
   *
   * @return false at the end
   * @throws ReplayException usage, if the source as a whole is not what it should be
   * @throws IOException if the source can't be read further
   */
  boolean next(Lead lead) throws IOException;

  /** Where it stands; from 1. */
  long line();
}
