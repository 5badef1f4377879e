package io.dialspool.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Remembers how long RocksDB's MANIFEST was when the store was last opened or closed. RocksDB takes
 * one that was cut short for a write that a crash tore: it starts from the older state that is left
 * and deletes the tables which that state doesn't know, all requests with them. (Tried: a manifest
 * of 995 bytes cut to 800.) What is cut off behind the remembered length stays unnoticed.
 */
final class ManifestSeal {
  private final Path directory;
  private final Path seal;

  ManifestSeal(Path directory) {
    this.directory = directory;
    this.seal = directory.resolve("dialspool.manifest");
  }

  /**
   * Before opening.
   *
   * @throws StoreException if the manifest is shorter than it was
   */
  void check() throws IOException {
    Path current = directory.resolve("CURRENT");
    if (!Files.isRegularFile(seal) || !Files.isRegularFile(current)) {
      return;
    }
    // A start that was killed may have begun another manifest: nothing is known of that one.
    String[] known = Files.readString(seal, UTF_8).strip().split(" ", -1);
    if (known.length != 2 || !known[1].matches("\\d{1,18}") || !known[0].equals(name(current))) {
      return;
    }
    Path manifest = directory.resolve(known[0]);
    if (Files.exists(manifest) && Files.size(manifest) < Long.parseLong(known[1])) {
      throw new StoreException(
          directory
              + " can't be opened: "
              + known[0]
              + " has "
              + Files.size(manifest)
              + " bytes (expected: at least "
              + known[1]
              + "); it was cut off, and a start would lose requests");
    }
  }

  /** After opening and after closing. */
  void renew() throws IOException {
    String manifest = name(directory.resolve("CURRENT"));
    String line = manifest + " " + Files.size(directory.resolve(manifest)) + "\n";
    Path fresh = directory.resolve("dialspool.manifest.new");
    try (var file =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(fresh, seal, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  // What CURRENT holds if it is damaged is nobody's name: RocksDB will say so.
  private static String name(Path current) throws IOException {
    return new String(Files.readAllBytes(current), UTF_8).strip();
  }
}
