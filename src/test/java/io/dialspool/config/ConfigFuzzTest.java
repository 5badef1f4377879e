package io.dialspool.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Any configuration file: it is in force, or refused with its faults; what is shown reads alike.
 */
@Timeout(600)
class ConfigFuzzTest {
  private Path file = Path.of("");
  private Path shown = Path.of("");

  @BeforeEach
  void make() throws IOException {
    file = Files.createTempFile("dialspool", ".yaml");
    shown = Files.createTempFile("dialspool", ".yaml");
  }

  @AfterEach
  void delete() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(shown);
  }

  @FuzzTest
  void shouldTakeOrRefuseAnyFile(byte[] yaml) throws IOException {
    Files.write(file, yaml);
    Config config;
    try {
      config = ConfigLoader.load(file, Map.of(), Map.of());
    } catch (ConfigException e) {
      assertFalse(String.valueOf(e.getMessage()).isBlank());
      return;
    }
    Files.write(shown, new LoadedConfig(config, Map.of()).yaml());
    Config again = ConfigLoader.load(shown, Map.of(), Map.of());
    assertEquals(
        new LoadedConfig(config, Map.of()).yaml(), new LoadedConfig(again, Map.of()).yaml());
  }
}
