package io.dialspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.store.StoreException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchTest {
  private static final Path DIRECTORY = Path.of("spool");

  private final List<Throwable> halts = new ArrayList<>();
  private final FakeDisk disk = new FakeDisk();
  private final DiskWatch watch = new DiskWatch(DIRECTORY, disk, 800, halts::add);

  private static final class FakeDisk implements DiskWatch.Disk {
    private long free = 1_000;
    private @Nullable IOException fault;

    @Override
    public long freeBytes() {
      return free;
    }

    @Override
    public void touch(long nowMs) throws IOException {
      IOException now = fault;
      if (now != null) {
        throw now;
      }
    }
  }

  @Test
  void shouldSayStopBelowTheBoundAndGoAnEighthAboveIt() {
    assertFalse(isFullAt(800));
    assertTrue(isFullAt(799));
    assertTrue(isFullAt(899));
    assertFalse(isFullAt(900));
    assertFalse(isFullAt(800), "it would flap");
    assertEquals(List.of(), halts);
  }

  @Test
  void shouldNeverSayStopWithoutABound() {
    var unbounded = new DiskWatch(DIRECTORY, disk, 0, halts::add);
    disk.free = 0;
    unbounded.look(1);
    assertFalse(unbounded.isFull());
  }

  @Test
  void shouldHaltWhenTheDirectoryCannotBeWrittenTo() {
    disk.fault = new FileSystemException("spool", null, "Read-only file system");
    watch.look(1);
    assertEquals(1, halts.size());
    assertTrue(halts.get(0) instanceof StoreException);
    assertEquals("spool can't be written to any more: Read-only file system", message());
  }

  @Test
  void shouldHaltWhenTheDirectoryIsGone(@TempDir Path made) throws IOException {
    Path directory = Files.createDirectory(made.resolve("spool"));
    var real = new DiskWatch(directory, 0, halts::add);
    real.look(1_000_000);
    assertEquals(List.of(), halts);
    assertEquals(1_000_000, Files.getLastModifiedTime(directory).toMillis());
    Files.delete(directory);
    real.look(2_000_000);
    assertEquals(directory + " can't be written to any more: it is gone", message());
  }

  private boolean isFullAt(long freeBytes) {
    disk.free = freeBytes;
    watch.look(1);
    return watch.isFull();
  }

  private String message() {
    return String.valueOf(halts.get(0).getMessage());
  }
}
