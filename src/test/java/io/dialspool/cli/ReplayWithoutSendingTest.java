package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay --dry-run} and {@code --rehearse} as commands. */
class ReplayWithoutSendingTest {
  private final Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  ReplayWithoutSendingTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("a.csv"), "id,phone\na,+12065550100\nb,nonsense\n");
    Files.writeString(directory.resolve("b.csv"), "id,phone\na,+12065550100\nc,+12065550101\n");
    Files.writeString(directory.resolve("notes.txt"), "of no use\n");
  }

  private int replay(String... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var surroundings =
        new Surroundings(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Map.of(),
            false,
            Clock.SYSTEM,
            service -> {});
    var args =
        new ArrayList<String>(
            List.of("replay", "--rejects", directory.resolve("rejects.csv").toString()));
    args.addAll(List.of(more));
    return DialspoolCommand.commandLine(surroundings).execute(args.toArray(String[]::new));
  }

  @Test
  void shouldTellWhatADirectoryHoldsWithoutACampaignOrAService() throws IOException {
    assertEquals(1, replay(directory.toString(), "--dry-run"));
    assertTrue(out.toString().contains("4 rows of 2 files"), out.toString());
    assertTrue(out.toString().contains("1  phoneNumber: not E.164"), out.toString());
    assertTrue(out.toString().contains("2  United States (+1)"), out.toString());
    assertTrue(err.toString().contains("notes.txt: not .csv"), err.toString());
    assertTrue(Files.exists(directory.resolve("rejects.csv")));

    assertEquals(1, replay(directory.toString(), "--dry-run", "--json"));
    JsonNode all = new ObjectMapper().readTree(out.toString());
    assertEquals(2, all.path("accepted").asInt());
    assertEquals(1, all.path("duplicates").asInt());
    assertEquals(1, all.path("rejected").asInt());
    assertEquals(2, all.path("countries").path(0).path("rows").asInt());
    assertTrue(all.path("allCompared").asBoolean());
    assertEquals(0, replay(directory.resolve("b.csv").toString(), "--dry-run"));
  }

  @Test
  void shouldRehearseWithTheDialerSaid() throws IOException {
    assertEquals(0, replay(directory + "/b.*", "--rehearse", "--agents", "2"));
    assertTrue(out.toString().contains("2 agents"), out.toString());
    assertTrue(out.toString().contains("would be dialled"), out.toString());

    assertEquals(1, replay(directory.toString(), "--rehearse", "--agents", "2", "--json"));
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertEquals(2, report.path("dialled").asInt());
    assertEquals(1, report.path("rejected").asInt());
    assertTrue(report.path("finishedAt").asText().endsWith("Z"), report::toString);
  }

  @Test
  void shouldSayWhatIsWrongWithTheCommand() {
    String file = directory.resolve("b.csv").toString();
    assertEquals(2, replay(file));
    assertTrue(err.toString().contains("--campaign: missing"), err.toString());
    assertEquals(2, replay(file, "--dry-run", "--rehearse"));
    assertTrue(err.toString().contains("expected: one of them"), err.toString());
    assertEquals(2, replay(file, "--rehearse", "--agents", "many"));
    assertEquals("campaignService.agents: many (expected: a whole number)", err.toString().strip());
    assertEquals(2, replay(file, "--campaign", "c-1", "--rate", "0"));
    assertTrue(err.toString().contains("--rate: 0"), err.toString());
  }
}
