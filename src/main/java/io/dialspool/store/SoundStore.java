package io.dialspool.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDBException;

/**
 * A store looked at from outside, for {@code spool check}: opened without writing a byte, every
 * table's checksums compared.
 */
public final class SoundStore implements AutoCloseable {
  /** Told after each table. */
  public interface Progress {
    void verified(long bytes, long ofBytes);
  }

  private final List<Damage> damages = new ArrayList<>();
  private final @Nullable FileChannel lock;
  private @Nullable ReadOnlyRocks store;
  private int tables;
  private long bytes;

  private SoundStore(@Nullable FileChannel lock) {
    this.lock = lock;
  }

  /**
   * Opens it as far as that goes, and reads every table.
   *
   * @throws StoreException if there is no store, or a process has it open
   */
  public static SoundStore open(Path directory, List<Space> spaces, Progress progress) {
    var sound = new SoundStore(ReadOnlyRocks.hold(directory));
    try {
      sound.look(directory, spaces, progress);
      return sound;
    } catch (IOException e) {
      sound.close();
      throw new StoreException(directory + " can't be used: " + RocksStore.reason(e), e);
    }
  }

  private void look(Path directory, List<Space> spaces, Progress progress) throws IOException {
    for (ManifestSeal.Fault fault : new ManifestSeal(directory).faults()) {
      damages.add(new Damage(fault.file(), null, null, null, fault.what()));
    }
    var live = new ArrayList<LiveFileMetaData>();
    try {
      store = ReadOnlyRocks.open(directory, spaces, false);
      live.addAll(store.tables());
    } catch (RocksDBException e) {
      damages.add(new Damage("", null, null, null, "can't be opened: " + e.getMessage()));
    }
    live.sort(Comparator.comparing(LiveFileMetaData::fileName));
    List<Path> files =
        store == null
            ? Tables.in(directory)
            : live.stream().map(table -> directory.resolve(Tables.name(table))).toList();
    long total = 0;
    for (Path file : files) {
      total += Files.exists(file) ? Files.size(file) : 0;
    }
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      String fault = Tables.fault(file);
      if (fault != null) {
        String name = String.valueOf(file.getFileName());
        damages.add(
            store == null
                ? new Damage(name, null, null, null, fault)
                : Wreck.damage(live.get(i), fault));
      }
      tables++;
      bytes += Files.exists(file) ? Files.size(file) : 0;
      progress.verified(bytes, total);
    }
  }

  /** For reading only; null if it can't be opened. */
  public @Nullable OrderedStore store() {
    return store;
  }

  public List<Damage> damages() {
    return damages;
  }

  public int tables() {
    return tables;
  }

  public long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
    RocksStore.close(lock);
  }
}
