package io.dialspool.store;

/**
 * The store can't do what was asked: it can't be had, is corrupt, or the disk failed. The message
 * names the directory.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
