package io.dialspool.intake;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all bodies may hold together, from the socket until they are synced. Any thread. */
final class BytesBudget {
  private final long bytesMax;
  private final AtomicLong reserved = new AtomicLong();

  BytesBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  boolean tryReserve(long bytes) {
    if (reserved.addAndGet(bytes) <= bytesMax) {
      return true;
    }
    reserved.addAndGet(-bytes);
    return false;
  }

  void release(long bytes) {
    reserved.addAndGet(-bytes);
  }

  long reserved() {
    return reserved.get();
  }
}
