package io.dialspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code config/dialspool.service}, as systemd's own tool judges it. */
class ServiceUnitTest {
  private final Path directory;

  ServiceUnitTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void shouldBeAUnitThatSystemdUnderstandsAndCallsHardened() throws Exception {
    assumeTrue(said("systemd-analyze", "--version") != null, "skipped: no systemd-analyze here");
    String unit = Files.readString(Path.of("config", "dialspool.service"));
    Path copy = directory.resolve("dialspool.service");
    // It wants the program to be there.
    Files.writeString(copy, unit.replace("ExecStart=/usr/bin/java", "ExecStart=/bin/true"));
    assertEquals("", said("systemd-analyze", "verify", "--man=no", copy.toString()));
    // 0 is shut off from everything, 100 may do all.
    said("systemd-analyze", "security", "--offline=true", "--threshold=20", copy.toString());
  }

  /** What a program says, which must end well; null if there is none. */
  private static @Nullable String said(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), () -> List.of(command) + ": " + said);
      return said;
    } catch (IOException e) {
      return null;
    }
  }
}
