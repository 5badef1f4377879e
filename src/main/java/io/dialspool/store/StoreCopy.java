package io.dialspool.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Copies a store that no process has open, file by file, each synced. */
public final class StoreCopy {
  private static final int PIECE_BYTES = 1 << 20;

  private StoreCopy() {}

  /**
   * Copies into a directory that is empty or missing. Left off midway, what is there can't be
   * opened: the list of tables is named first, and each file that it names must be there whole.
   *
   * @throws StoreException if it can't be read or written
   */
  public static void copy(Path from, Path to, SoundStore.Progress progress) {
    try {
      List<Path> files = files(from);
      long total = 0;
      for (Path file : files) {
        total += Files.size(file);
      }
      Files.createDirectories(to, OwnerOnly.directory(to));
      long bytes = 0;
      for (Path file : files) {
        copyOne(file, to.resolve(String.valueOf(file.getFileName())));
        bytes += Files.size(file);
        progress.verified(bytes, total);
      }
      syncDirectory(to);
    } catch (IOException e) {
      throw new StoreException(from + " can't be copied to " + to + ": " + RocksStore.reason(e), e);
    }
  }

  // What decides whether a store can be opened comes first, see copy.
  private static List<Path> files(Path from) throws IOException {
    var files = new ArrayList<Path>();
    try (Stream<Path> all = Files.list(from)) {
      all.filter(Files::isRegularFile)
          .filter(file -> !isOfTheProcess(String.valueOf(file.getFileName())))
          .forEach(files::add);
    }
    files.sort(Comparator.comparingInt(StoreCopy::rank).thenComparing(Comparator.naturalOrder()));
    return files;
  }

  private static int rank(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.equals("CURRENT")
        ? 0
        : name.equals("dialspool.manifest") ? 1 : name.startsWith("MANIFEST") ? 2 : 3;
  }

  private static boolean isOfTheProcess(String name) {
    return name.startsWith("LOG") || name.equals("LOCK") || name.equals("dialspool.lock");
  }

  private static void copyOne(Path from, Path to) throws IOException {
    try (FileChannel out =
            FileChannel.open(
                to,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                OwnerOnly.file(to));
        InputStream in = Files.newInputStream(from)) {
      OutputStream stream = Channels.newOutputStream(out);
      byte[] piece = new byte[PIECE_BYTES];
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        stream.write(piece, 0, read);
      }
      out.force(true);
    }
  }

  /** So that names made in it survive a power cut. */
  static void syncDirectory(Path directory) throws IOException {
    if (OwnerOnly.isPosix(directory)) { // elsewhere a directory can't be opened
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
