package io.dialspool.target;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads answers, taking nothing in them on trust. Source: contract sections 3, 4 and 8. */
final class ReplyReader {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MESSAGE_CHARS_MAX = 300;
  private static final int WORD_CHARS_MAX = 100;
  private static final Set<String> REFUSED_CREDENTIALS =
      Set.of(
          "ExpiredTokenException",
          "ExpiredToken",
          "UnrecognizedClientException",
          "InvalidClientTokenId");
  // Possessive, for else each digit of a text that a target made long costs a frame of the stack.
  private static final Pattern LONG_NUMBER = Pattern.compile("\\+?\\d(?:[ .()-]{0,2}+\\d){5,}+");
  // Of Unicode, not only of ASCII: a terminal obeys U+009B too, and a mark of direction hides text.
  private static final Pattern UNPRINTABLE = Pattern.compile("\\p{C}+");

  private ReplyReader() {}

  static BatchReply ofBatch(Ended ended, OutgoingBatch batch) {
    if (ended instanceof Ended.NotSent not) {
      return new BatchReply.NotSent(not.why(), not.targetDown());
    }
    if (ended instanceof Ended.Answer answer) {
      if (answer.status() != 200) {
        ObjectNode body = object(answer.body());
        return new BatchReply.Refused(
            answer.status(),
            code(answer, body),
            withoutSecrets(message(body), batch),
            body == null ? null : word(body.path("state")),
            retryAfterMs(answer));
      }
      BatchReply.Answered answered = AnsweredReader.read(answer.body());
      if (answered != null) {
        return answered;
      }
    }
    return new BatchReply.Unanswered(whyUnanswered(ended));
  }

  /**
   * @param asked answers about others are dropped
   */
  static StatesReply ofStates(Ended ended, List<CampaignId> asked) {
    if (ended instanceof Ended.NotSent not) {
      return new StatesReply.Failed(0, not.why(), -1);
    }
    if (!(ended instanceof Ended.Answer answer)) {
      return new StatesReply.Failed(0, whyUnanswered(ended), -1);
    }
    ObjectNode body = object(answer.body());
    if (answer.status() != 200) {
      return new StatesReply.Failed(answer.status(), code(answer, body), retryAfterMs(answer));
    }
    if (body == null || !isListOrNone(body, "successfulRequests", "failedRequests")) {
      return new StatesReply.Failed(answer.status(), Connection.UNREADABLE, -1);
    }
    Map<String, CampaignId> byId = new HashMap<>();
    asked.forEach(campaign -> byId.put(campaign.value(), campaign));
    var states = new HashMap<CampaignId, String>();
    for (JsonNode entry : body.path("successfulRequests")) {
      CampaignId campaign = byId.get(entry.path("campaignId").asText(""));
      String state = word(entry.path("state"));
      if (campaign != null && state != null) {
        states.put(campaign, state);
      }
    }
    var notFound = new ArrayList<CampaignId>();
    for (JsonNode entry : body.path("failedRequests")) {
      CampaignId campaign = byId.get(entry.path("campaignId").asText(""));
      if (campaign != null
          && entry.path("failureCode").asText("").equals("ResourceNotFound")
          && !states.containsKey(campaign)
          && !notFound.contains(campaign)) {
        notFound.add(campaign);
      }
    }
    return new StatesReply.Answered(Map.copyOf(states), List.copyOf(notFound));
  }

  static RawAnswer ofRaw(Ended ended) {
    if (ended instanceof Ended.Answer answer) {
      return new RawAnswer.Answered(
          answer.status(),
          answer.header("Content-Type"),
          answer.header("x-amzn-ErrorType"),
          answer.header("x-amzn-RequestId"),
          answer.header("Retry-After"),
          answer.body());
    }
    return new RawAnswer.Unanswered(whyUnanswered(ended));
  }

  /** Whether the target refuses a call because of the time in its signature. */
  static boolean isRefusedForTime(Ended.Answer answer) {
    if (answer.status() != 400 && answer.status() != 403) {
      return false;
    }
    ObjectNode body = object(answer.body());
    String code = code(answer, body);
    if (code.equals("RequestExpired") || code.equals("RequestTimeTooSkewed")) {
      return true;
    }
    String message = message(body);
    return code.contains("Signature")
        && (message.contains("expired") || message.contains("not yet current"));
  }

  /** Whether the target doesn't know the credentials, or no longer. */
  static boolean isRefusedForCredentials(Ended.Answer answer) {
    return answer.status() == 403
        && REFUSED_CREDENTIALS.contains(code(answer, object(answer.body())));
  }

  private static String whyUnanswered(Ended ended) {
    if (ended instanceof Ended.Unanswered unanswered) {
      return unanswered.why();
    }
    return ended instanceof Ended.NotSent not ? not.why() : Connection.UNREADABLE;
  }

  private static String code(Ended.Answer answer, @Nullable ObjectNode body) {
    String name = answer.header("x-amzn-ErrorType");
    if (name.isEmpty() && body != null) {
      name = body.path("__type").asText("");
    }
    name = name.substring(name.indexOf('#') + 1);
    int colon = name.indexOf(':');
    return cut(colon < 0 ? name : name.substring(0, colon), WORD_CHARS_MAX);
  }

  private static String message(@Nullable ObjectNode body) {
    if (body == null) {
      return "";
    }
    String message = body.path("message").asText("");
    return message.isEmpty() ? body.path("Message").asText("") : message;
  }

  // The target may quote what it found fault with.
  private static String withoutSecrets(String message, OutgoingBatch batch) {
    String safe = message;
    for (OutgoingItem item : safe.isEmpty() ? List.<OutgoingItem>of() : batch.items()) {
      for (String secret : valuesOf(item)) {
        safe = safe.replace(secret, "***");
      }
    }
    return cut(LONG_NUMBER.matcher(safe).replaceAll("***"), MESSAGE_CHARS_MAX);
  }

  private static List<String> valuesOf(OutgoingItem item) {
    var values = new ArrayList<String>();
    byte[] object = new byte[item.length() + 2];
    object[0] = '{';
    System.arraycopy(item.bytes(), item.offset(), object, 1, item.length());
    object[object.length - 1] = '}';
    try (JsonParser parser = JSON.createParser(object)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && parser.getTextLength() > 1) {
          values.add(parser.getText());
        }
      }
    } catch (IOException e) {
      return values;
    }
    return values;
  }

  private static long retryAfterMs(Ended.Answer answer) {
    String seconds = answer.header("Retry-After");
    return seconds.matches("\\d{1,7}") ? Long.parseLong(seconds) * 1000 : -1;
  }

  private static @Nullable ObjectNode object(byte[] body) {
    try {
      return MAPPER.readTree(body) instanceof ObjectNode object ? object : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean isListOrNone(ObjectNode body, String... members) {
    for (String member : members) {
      JsonNode list = body.path(member);
      if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String word(JsonNode node) {
    return node.isTextual() ? cut(node.textValue(), WORD_CHARS_MAX) : null;
  }

  private static String cut(String text, int charsMax) {
    String printable = UNPRINTABLE.matcher(text).replaceAll(" ");
    return printable.length() > charsMax ? printable.substring(0, charsMax) + "…" : printable;
  }
}
