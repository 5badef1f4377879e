package io.dialspool.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps a store's files from everybody but their owner. RocksDB makes its files with the process's
 * umask, which a Java process can't change; so they are closed after the fact. What holds in
 * between is the directory, which is made with 0700. Where there are no such permissions this does
 * nothing.
 */
final class OwnerOnly {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private static final Pattern OURS =
      Pattern.compile(
          "\\d{6,18}\\.(sst|log|dbtmp)|(MANIFEST|OPTIONS)-.*|CURRENT|IDENTITY|LOCK|LOG(\\.old\\..*)?"
              + "|dialspool\\..*|salvage\\.ndjson|native|archive|lost|bulk");

  private OwnerOnly() {}

  /** For a file that is made. */
  static FileAttribute<?>[] file(Path directory) {
    return attributes(directory, FILE);
  }

  /** For a directory that is made. */
  static FileAttribute<?>[] directory(Path directory) {
    return attributes(directory, DIRECTORY);
  }

  private static FileAttribute<?>[] attributes(
      Path directory, Set<PosixFilePermission> permissions) {
    return isPosix(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  static boolean isPosix(Path directory) {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Closes the store's files in a directory, and no others: it may be somebody's home. The
   * directory itself stays as it is.
   *
   * @throws IOException for the first that can't be closed; the others are
   */
  static void close(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return;
    }
    IOException first = null;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(OwnerOnly::isOurs).toList()) {
        try {
          closeOne(file);
        } catch (NoSuchFileException e) {
          // let go of meanwhile
        } catch (IOException e) {
          first = first == null ? e : first;
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** The same with the directory itself, which is ours. */
  static void closeWhole(Path directory) throws IOException {
    if (isPosix(directory)) {
      set(directory, DIRECTORY);
      close(directory);
    }
  }

  private static boolean isOurs(Path path) {
    return OURS.matcher(String.valueOf(path.getFileName())).matches();
  }

  private static void closeOne(Path path) throws IOException {
    boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    if (isDirectory) {
      try (Stream<Path> files = Files.list(path)) {
        for (Path file : files.filter(one -> Files.isRegularFile(one)).toList()) {
          set(file, FILE);
        }
      }
    }
    set(path, isDirectory ? DIRECTORY : FILE);
  }

  private static void set(Path path, Set<PosixFilePermission> wanted) throws IOException {
    if (!Files.getPosixFilePermissions(path).equals(wanted)) {
      Files.setPosixFilePermissions(path, wanted);
    }
  }
}
