package io.dialspool.http;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all bodies of a port may hold together until they are answered. Any thread. */
public final class BytesBudget {
  private final long bytesMax;
  private final AtomicLong reserved = new AtomicLong();

  public BytesBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  public boolean tryReserve(long bytes) {
    if (reserved.addAndGet(bytes) <= bytesMax) {
      return true;
    }
    reserved.addAndGet(-bytes);
    return false;
  }

  public void release(long bytes) {
    reserved.addAndGet(-bytes);
  }

  public long reserved() {
    return reserved.get();
  }
}
