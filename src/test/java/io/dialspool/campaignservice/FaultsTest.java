package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultsTest {
  @Test
  void shouldReadWhatItWrites() {
    String json =
        "{\"seed\":9,\"latencyMs\":5,\"share429\":0.1,\"share500\":0.2,\"share503\":0.3,"
            + "\"shareDroppedBefore\":0.4,\"shareDroppedAfter\":0.5,\"shareMissing\":0.6,"
            + "\"shareDoubled\":0.7,\"shareForeign\":0.8,\"shareUnknownError\":0.9,"
            + "\"retryAfterSeconds\":2,\"callsPerSecond\":7.5,\"burst\":3,\"buffer\":0,"
            + "\"drainPerSecond\":1.5,\"agents\":4,\"ringMs\":6,\"talkMs\":7,\"answerRate\":0.25}";
    Faults faults = Faults.ofJson(json.getBytes(UTF_8));
    assertEquals(json, new String(faults.json(), UTF_8));
    assertEquals(faults, Faults.ofJson(faults.json()));
  }

  @Test
  void shouldBeNoneWithoutMembers() {
    assertEquals(Faults.NONE, Faults.ofJson("{}".getBytes(UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"share429\":1.1} | share429: out of range (expected: number from 0 to 1)",
        "{\"share429\":\"1\"} | share429: string (expected: number from 0 to 1)",
        "{\"latencyMs\":1.5} | latencyMs: number (expected: integer from 0 to 60000)",
        "{\"agents\":0} | agents: out of range (expected: integer from 1 to 1000000)",
        "[] | body: array (expected: one JSON object)"
      })
  void shouldNameWhatIsWrong(String json, String message) {
    var wrong =
        assertThrows(IllegalArgumentException.class, () -> Faults.ofJson(json.getBytes(UTF_8)));
    assertEquals(message, wrong.getMessage());
  }
}
