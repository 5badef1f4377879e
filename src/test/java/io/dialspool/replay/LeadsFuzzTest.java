package io.dialspool.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.time.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/**
 * Any file of leads: CSV or NDJSON, packed or not. The first byte says what the file is called and
 * how it arrives. It is read to its end or refused as a whole; in which pieces it arrives changes
 * nothing; what is sent of it is one line of JSON each, with what the row said.
 */
@Timeout(600)
class LeadsFuzzTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] NAMES = {"leads.csv", "leads.ndjson", "leads", "leads.json"};
  private static final String REFUSED = "refused: ";
  private static final String UNREADABLE = "unreadable";
  private static final long UNPACKED_MAX = 1 << 20;
  private static final Clock NOON =
      new Clock() {
        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public long epochMs() {
          return 1_763_683_200_000L;
        }
      };
  private static final ReplayConfig CONFIG =
      new ReplayConfig(
          ReplayConfig.ENDPOINT,
          "c",
          List.of(),
          Map.of(),
          ReplayConfig.EXPIRES_IN,
          null,
          Path.of("rejects.csv"),
          1,
          ReplayConfig.PATIENCE,
          1_000,
          30_000);

  @FuzzTest
  void shouldReadAnyFileToItsEnd(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    String name = NAMES[input[0] & 3];
    @Nullable Character delimiter = (input[0] & 4) == 0 ? null : ';';
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    List<String> whole = rows(name, new ByteArrayInputStream(bytes), delimiter);
    var random = new Random(Arrays.hashCode(input));
    InputStream pieces =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, 1 + random.nextInt(9)));
          }
        };
    List<String> inPieces = rows(name, pieces, delimiter);
    if (whole.contains(UNREADABLE) || inPieces.contains(UNREADABLE)) {
      // A reader that reads ahead meets the fault before it has handed out what came first, which
      // may be enough to refuse the file for another reason.
      assertTrue(isFaulty(whole) && isFaulty(inPieces), () -> whole + " and " + inPieces);
    } else {
      assertEquals(whole, inPieces);
    }
  }

  private static boolean isFaulty(List<String> rows) {
    return rows.contains(UNREADABLE) || rows.stream().anyMatch(row -> row.startsWith(REFUSED));
  }

  private static List<String> rows(String name, InputStream bytes, @Nullable Character delimiter)
      throws IOException {
    var rows = new ArrayList<String>();
    var source = new Source(name, -1, () -> bytes);
    var chunk = new Chunk();
    var writer = new LeadWriter(CONFIG, NOON);
    var lead = new Lead();
    try (Input input = Input.open(source)) {
      LeadReader reader = input.leads(source, new Columns(Map.of()), delimiter);
      long line = 0;
      chunk.begin(name);
      while (reader.next(lead)) {
        assertTrue(lead.line > line, "lines out of order");
        line = lead.line;
        assertTrue(rows.size() < UNPACKED_MAX, "rows without end");
        if (chunk.isFull()) {
          chunk.begin(name);
        }
        int from = chunk.hasSomethingToSend() ? chunk.bytesEnd() : 0;
        writer.write(lead, chunk);
        rows.add(lead.line + " " + said(lead, chunk, from));
      }
      assertFalse(reader.next(lead), "goes on behind its end");
    } catch (ReplayException e) {
      assertFalse(String.valueOf(e.getMessage()).isBlank());
      rows.add(REFUSED + e.getMessage());
    } catch (IOException e) {
      rows.add(UNREADABLE);
    }
    return rows;
  }

  private static String said(Lead lead, Chunk chunk, int from) throws IOException {
    Reject fault = lead.fault;
    if (fault != null) {
      assertFalse(fault.reason().isBlank());
      return fault.toString();
    }
    int to = chunk.bytesEnd();
    String line = new String(chunk.bytes(), from, to - from, StandardCharsets.UTF_8);
    assertEquals(line.length() - 1, line.indexOf('\n'), "more than one line");
    JsonNode sent = JSON.readTree(line);
    assertEquals(lead.phoneNumber, sent.path("phoneNumber").asText());
    assertTrue(sent.path("clientToken").isTextual() && sent.path("expirationTime").isTextual());
    assertEquals(lead.attributes.size(), sent.path("attributes").size());
    lead.attributes.forEach(
        (name, value) -> assertEquals(value, sent.path("attributes").path(name).asText()));
    return line;
  }
}
