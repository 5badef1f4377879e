package io.dialspool.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;

/** Where keys are read from. */
interface KeySource {
  /**
   * How the file looks from outside.
   *
   * @param file which file has the name now, for one may have been moved to another's place
   */
  record Stamp(long modifiedMs, long bytes, String file, boolean readableByOthers) {}

  Stamp stamp() throws IOException;

  byte[] read() throws IOException;

  static KeySource of(Path path) {
    return new KeySource() {
      @Override
      public Stamp stamp() throws IOException {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(
            attributes.lastModifiedTime().toMillis(),
            attributes.size(),
            String.valueOf(attributes.fileKey()),
            isReadableByOthers());
      }

      private boolean isReadableByOthers() throws IOException {
        var posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        return posix != null
            && posix.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ);
      }

      @Override
      public byte[] read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
          return in.readNBytes(KeyFile.BYTES_MAX);
        }
      }
    };
  }
}
