package io.dialspool.crashtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the answer to an NDJSON stream as it comes, however it is cut: what it says is safe goes
 * into the ledger at once.
 */
final class StreamAnswer {
  private final Ledger ledger;
  private final List<Lead> sent;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private final Map<Integer, JsonNode> problems = new HashMap<>();
  private boolean inHead = true;
  private int through;

  /**
   * @param sent a lead a line, in their order
   */
  StreamAnswer(Ledger ledger, List<Lead> sent) {
    this.ledger = ledger;
    this.sent = sent;
  }

  /** The next part of the answer, head included. */
  void take(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        line(partial.toString(StandardCharsets.UTF_8).strip());
        partial.reset();
      } else {
        partial.write(bytes[i]);
      }
    }
  }

  private void line(String text) {
    if (inHead) {
      inHead = !text.isEmpty();
      return;
    }
    if (text.isEmpty() || !text.startsWith("{")) {
      return;
    }
    JsonNode line;
    try {
      line = Door.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      ledger.contradict("a line of a stream's answer is no JSON");
      return;
    }
    if (line.has("line")) {
      problems.put(line.path("line").asInt(), line);
    } else if (line.has("syncedThrough")) {
      synced(line.path("syncedThrough").asInt());
    }
  }

  private void synced(int to) {
    if (to > sent.size()) {
      ledger.contradict("a stream of " + sent.size() + " lines was synced through " + to);
      return;
    }
    for (int line = through + 1; line <= to; line++) {
      String token = sent.get(line - 1).token();
      JsonNode problem = problems.get(line);
      if (problem == null) {
        ledger.acknowledged(token, null);
      } else if (problem.path("status").asText().equals("duplicate")) {
        ledger.acknowledged(token, problem.path("id").asText());
      } else {
        ledger.contradict(token + " was refused: " + problem.path("reason").asText());
      }
    }
    through = Math.max(through, to);
  }

  /** What it did not say anything about. */
  List<Lead> unanswered() {
    return sent.subList(through, sent.size());
  }
}
