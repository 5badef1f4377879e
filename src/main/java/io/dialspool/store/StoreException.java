package io.dialspool.store;

/**
 * The store can't do what was asked: it can't be had, is corrupt, or the disk failed. The message
 * names the directory.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean noRoom;

  public StoreException(String message) {
    super(message);
    this.noRoom = false;
  }

  public StoreException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private StoreException(String message, Throwable cause, boolean noRoom) {
    super(message, cause);
    this.noRoom = noRoom;
  }

  static StoreException noRoom(String message, Throwable cause) {
    return new StoreException(message, cause, true);
  }

  /** Whether a write failed because the disk is full; the store says then when it takes it. */
  public boolean isNoRoom() {
    return noRoom;
  }
}
