package io.dialspool.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The keys that a keyed door knows, all with secrets of their own. */
enum KeyRing {
  OPERATOR("submit, read, control"),
  READER("read"),
  SUBMITTER("submit");

  /** Does what an operator does, without a signature. */
  static final String BEARER_TOKEN = "back-room-token";

  private final String rights;

  KeyRing(String rights) {
    this.rights = rights;
  }

  String accessKeyId() {
    return "AKID" + name();
  }

  String secretAccessKey() {
    return "secret/of+" + name();
  }

  /** Writes the key file. */
  static Path written(Path directory) {
    var yaml = new StringBuilder("keys:\n");
    for (KeyRing key : values()) {
      yaml.append("  - accessKeyId: ").append(key.accessKeyId()).append('\n');
      yaml.append("    secretAccessKey: ").append(key.secretAccessKey()).append('\n');
      yaml.append("    rights: [").append(key.rights).append("]\n");
    }
    yaml.append("  - bearerSha256: ").append(sha256(BEARER_TOKEN)).append('\n');
    yaml.append("    name: back-room\n");
    yaml.append("    rights: [").append(OPERATOR.rights).append("]\n");
    try {
      return Files.writeString(directory.resolve("keys.yaml"), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
