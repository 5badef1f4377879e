package io.dialspool;

import io.dialspool.store.StoreException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the spool's disk once a second: says stop before it is full, and go once there is
 * room again; halts the service when the directory can't be written to any more, also while nobody
 * writes, so that a disk that went read-only is told at once and not by the next caller.
 */
final class DiskWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  /** What the disk says about itself; a test says otherwise. */
  interface Disk {
    long freeBytes() throws IOException;

    /** Changes something of the directory, without needing room. */
    void touch(long nowMs) throws IOException;

    static Disk of(Path directory) {
      return new Disk() {
        @Override
        public long freeBytes() throws IOException {
          FileStore store = Files.getFileStore(directory);
          return store.getUsableSpace();
        }

        @Override
        public void touch(long nowMs) throws IOException {
          // Never the lock's file: whoever opens and closes that gives the lock away.
          Files.setLastModifiedTime(directory, FileTime.fromMillis(nowMs));
        }
      };
    }
  }

  private final Path directory;
  private final Disk disk;
  private final long freeBytesMin;
  private final Consumer<Throwable> halt;
  private volatile boolean full;
  private volatile long freeBytes;

  DiskWatch(Path directory, long freeBytesMin, Consumer<Throwable> halt) {
    this(directory, Disk.of(directory), freeBytesMin, halt);
  }

  DiskWatch(Path directory, Disk disk, long freeBytesMin, Consumer<Throwable> halt) {
    this.directory = directory;
    this.disk = disk;
    this.freeBytesMin = freeBytesMin;
    this.halt = halt;
  }

  void look(long nowMs) {
    try {
      disk.touch(nowMs);
      freeBytes = disk.freeBytes();
      measure();
    } catch (IOException e) {
      halt.accept(new StoreException(directory + " can't be written to any more: " + reason(e), e));
    }
  }

  // An eighth more than the bound before it opens again, or it would flap at the bound.
  private void measure() {
    if (!full && freeBytes < freeBytesMin) {
      full = true;
      LOG.warn(
          "{} bytes are free below {} (spool.freeBytesMin: {}): intake answers 429",
          freeBytes,
          directory,
          freeBytesMin);
    } else if (full && freeBytes >= freeBytesMin + freeBytesMin / 8) {
      full = false;
      LOG.warn("{} bytes are free again below {}", freeBytes, directory);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "it is gone";
    }
    return e instanceof FileSystemException fault && fault.getReason() != null
        ? fault.getReason()
        : e.toString();
  }

  /** As of the last look. */
  long freeBytes() {
    return freeBytes;
  }

  boolean isFull() {
    return full;
  }
}
