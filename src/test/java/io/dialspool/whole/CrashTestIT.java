package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run of {@code crash-test}: every kind of kill once, with requests that wait for a paused
 * campaign. The long run is its own command.
 */
class CrashTestIT {
  private static final int WAITING = 20_000;

  @Test
  @Timeout(300)
  void shouldLoseNothingAndDialNothingTwiceHoweverItIsKilled(@TempDir Path directory)
      throws Exception {
    Path page = directory.resolve("reliability.md");
    List<String> command =
        Service.command(
            List.of(
                "crash-test",
                "--cycles",
                "5",
                "--waiting",
                "" + WAITING,
                "--rate-min", // low, for machines that are busy with other things
                "5",
                "--directory",
                directory.resolve("run").toString(),
                "--report",
                page.toString(),
                "--json"));

    Service.Ran ran = Service.runCommand(command, 280);

    JsonNode json = ran.json();
    assertEquals(0, ran.exitCode(), ran::out);
    assertTrue(json.path("violations").isEmpty(), ran::out);
    assertEquals(5, json.path("cycles").asInt());
    for (String kind :
        List.of("underLoad", "starting", "paused", "stopped", "campaignService", "delivering")) {
      assertTrue(json.path("kills").path(kind).asInt() >= 1, ran::out);
    }
    assertEquals(0, json.path("lost").asInt(-1), ran::out);
    assertEquals(0, json.path("dialledTwice").asInt(-1), ran::out);
    assertTrue(json.path("acknowledged").asInt() > WAITING, ran::out);
    assertTrue(json.path("delivered").asInt() >= WAITING, ran::out);
    json.path("acknowledgedBy").forEach(count -> assertTrue(count.asInt() > 0, ran::out));
    assertEquals(4, json.path("acknowledgedBy").size(), ran::out);
    assertTrue(json.path("deliveredBetweenKills").asInt() > 0, ran::out);
    JsonNode waiting = json.path("waiting");
    assertEquals(WAITING, waiting.path("requests").asInt(), ran::out);
    assertEquals(6, waiting.path("readySeconds").size(), ran::out); // five cycles and the recount
    assertTrue(waiting.path("asked").asInt() >= 200, ran::out);
    assertTrue(json.path("ratePerSecond").path("min").asDouble() >= 5, ran::out);
    assertTrue(Files.readString(page).contains("## Crash while a paused campaign holds"));
  }

  @Test
  void shouldRefuseADirectoryThatHoldsSomething(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("something"), "of somebody's");

    Service.Ran ran = Service.run("crash-test", "--directory", directory.toString());

    assertEquals(2, ran.exitCode(), ran::err);
    assertTrue(ran.err().contains("(expected: empty, or not there yet)"), ran::err);
  }
}
