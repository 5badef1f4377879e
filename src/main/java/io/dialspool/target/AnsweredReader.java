package io.dialspool.target;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dialspool.request.FailureCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the 200 of a PutDialRequestBatch as a stream of tokens: a tree of its fifty strings cost
 * more than sending the call. Unknown members are passed over, of a member given twice the last
 * counts. Source: contract section 8.
 */
final class AnsweredReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int ITEMS_EXPECTED = 25;

  private List<BatchReply.Success> successes = new ArrayList<>(0);
  private List<BatchReply.Failure> failures = new ArrayList<>(0);

  private AnsweredReader() {}

  /** Null if the body is not an object whose lists are lists or null. */
  static BatchReply.@Nullable Answered read(byte[] body) {
    var reader = new AnsweredReader();
    try (JsonParser parser = JSON.createParser(body)) {
      return reader.read(parser)
          ? new BatchReply.Answered(List.copyOf(reader.successes), List.copyOf(reader.failures))
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  private boolean read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String member = parser.currentName();
      JsonToken value = parser.nextToken();
      boolean isSuccesses = member.equals("successfulRequests");
      if (!isSuccesses && !member.equals("failedRequests")) {
        parser.skipChildren();
        continue;
      }
      if (isSuccesses) {
        successes = new ArrayList<>(ITEMS_EXPECTED);
      } else {
        failures = new ArrayList<>(0);
      }
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      if (value != JsonToken.START_ARRAY) {
        return false;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        entry(parser, isSuccesses);
      }
    }
    return parser.nextToken() == null; // nothing may follow
  }

  private void entry(JsonParser parser, boolean isSuccess) throws IOException {
    String clientToken = null;
    String id = null;
    String failureCode = "";
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String member = parser.currentName();
        String text = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
        switch (member) {
          case "clientToken" -> clientToken = text;
          case "id" -> id = text;
          case "failureCode" -> failureCode = text == null ? "" : text;
          default -> {}
        }
        parser.skipChildren();
      }
    } else {
      parser.skipChildren();
    }
    if (isSuccess) {
      successes.add(new BatchReply.Success(clientToken, id));
    } else {
      failures.add(new BatchReply.Failure(clientToken, FailureCode.ofWire(failureCode)));
    }
  }
}
