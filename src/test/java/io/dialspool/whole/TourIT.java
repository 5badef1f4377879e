package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Takes the tour of {@code src/docs/tour.md} as its script does. */
class TourIT {
  @Test
  @Timeout(300)
  void shouldLeadANewUserToTheEndOfTheTour(@TempDir Path directory) throws Exception {
    Path said = directory.resolve("said");
    var builder =
        new ProcessBuilder("sh", "src/docs/tour.sh")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder
        .environment()
        .put("TOUR_JAR", System.getProperty("dialspool.jar", "target/dialspool.jar"));
    Process tour = builder.start();
    assertTrue(tour.waitFor(240, TimeUnit.SECONDS), () -> "the tour goes on and on");
    String text = Files.readString(said);
    assertEquals(0, tour.exitValue(), text);
    assertTrue(text.contains("# The tour is over"), text);
  }
}
