package io.dialspool.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
  private static final String BATCH =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n"
          + "{\"failedRequests\":[{\"failureCode\":\"A\"},{\"failureCode\":\"B\"}]}";
  private static final String UPLOAD =
      String.join(
          "\r\n",
          "HTTP/1.1 100 Continue",
          "",
          "HTTP/1.1 200 OK",
          "Transfer-Encoding: chunked",
          "",
          "14",
          "{\"syncedThrough\":10}",
          "1",
          "\n",
          "11",
          "{\"summary\":{\"x\":1",
          "3",
          "}}\n",
          "0",
          "",
          "");

  private final AnswerReader reader = new AnswerReader();

  @Test
  void shouldReadAnAnswerCutAnywhere() {
    for (String answer : new String[] {BATCH, UPLOAD}) {
      byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
      for (int cut = 0; cut < bytes.length; cut++) {
        reader.begin();
        assertFalse(reader.read(bytes, cut), "complete after " + cut);
        byte[] rest = Arrays.copyOfRange(bytes, cut, bytes.length);
        assertTrue(reader.read(rest, rest.length), "not complete, cut at " + cut);
        assertEquals(200, reader.status());
        assertEquals(answer.equals(BATCH) ? 2 : 0, reader.failures());
      }
    }
    assertEquals("{\"summary\":{\"x\":1}}", reader.lastLine());
  }

  @Test
  void shouldTellTheErrorOfAnAnswer() {
    reader.begin();
    byte[] bytes =
        "HTTP/1.1 429 Too Many Requests\r\nX-Amzn-ErrorType: ThrottlingException\r\ncontent-length: 0\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    assertTrue(reader.read(bytes, bytes.length));
    assertEquals(429, reader.status());
    assertEquals("ThrottlingException", reader.errorType());
  }

  @Test
  void shouldRefuseWhatIsNoAnswer() {
    for (String bad :
        new String[] {
          "SSH-2.0-OpenSSH_9.2 hello\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\n",
          BATCH + "HTTP/1.1",
          "HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000)
        }) {
      byte[] bytes = bad.getBytes(StandardCharsets.US_ASCII);
      reader.begin();
      assertThrows(IllegalArgumentException.class, () -> reader.read(bytes, bytes.length));
    }
  }
}
