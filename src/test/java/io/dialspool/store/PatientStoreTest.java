package io.dialspool.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.store.Space.Access;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatientStoreTest {
  private static final Space SPACE = new Space("s", Access.ORDERED);
  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2};

  private final MemoryStore disk = new MemoryStore();
  private final List<Boolean> waitingAtPauses = new ArrayList<>();
  private Runnable atPause = () -> {};
  private final PatientStore store =
      new PatientStore(
          disk,
          () -> {
            waitingAtPauses.add(isWaiting());
            atPause.run();
          });

  private boolean isWaiting() {
    return store.isWaiting();
  }

  @Test
  void shouldRepeatAWriteUntilThereIsRoomAndOnlyThenReturn() {
    disk.fillDisk();
    atPause =
        () -> {
          assertNull(disk.get(SPACE, KEY));
          if (waitingAtPauses.size() == 3) {
            disk.emptyDisk();
          }
        };
    write();
    assertEquals(List.of(true, true, true), waitingAtPauses);
    assertArrayEquals(VALUE, disk.get(SPACE, KEY));
    assertEquals(1, disk.syncs());
    assertFalse(store.isWaiting());
  }

  @Test
  void shouldRepeatAnIngestUntilThereIsRoom() {
    disk.fillDisk();
    atPause = disk::emptyDisk;
    store.ingest(
        SPACE,
        new OrderedStore.Run() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public int keyBytes() {
            return KEY.length;
          }

          @Override
          public int valueBytes() {
            return VALUE.length;
          }

          @Override
          public void read(int index, java.nio.ByteBuffer key, java.nio.ByteBuffer value) {
            key.put(KEY);
            value.put(VALUE);
          }
        });
    assertEquals(List.of(true), waitingAtPauses);
    assertArrayEquals(VALUE, disk.get(SPACE, KEY));
    disk.breakDisk();
    assertThrows(StoreException.class, this::write);
  }

  @Test
  void shouldNotWaitWhereTheDiskFailed() {
    disk.breakDisk();
    assertThrows(StoreException.class, this::write);
    assertEquals(List.of(), waitingAtPauses);
  }

  @Test
  void shouldStopWaitingOnceTheDiskFails() {
    disk.fillDisk();
    atPause = disk::breakDisk;
    StoreException e = assertThrows(StoreException.class, this::write);
    assertFalse(e.isNoRoom());
    assertEquals(1, waitingAtPauses.size());
    assertFalse(store.isWaiting());
  }

  @Test
  void shouldGiveUpWhenItIsTold() {
    disk.fillDisk();
    atPause = store::giveUp;
    assertTrue(assertThrows(StoreException.class, this::write).isNoRoom());
    assertThrows(StoreException.class, this::write);
    assertEquals(1, waitingAtPauses.size(), "who leaves doesn't wait at all");
    assertNull(disk.get(SPACE, KEY));
  }

  private void write() {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(SPACE, KEY, VALUE);
      store.write(batch, true);
    }
  }
}
