package io.dialspool.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.request.RecallOrder;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads the body of a recall of many. What is meant must be said: an empty filter would take back
 * everything. A message never shows the number. Source: api.md.
 */
final class RecallBody {
  private static final Set<String> MEMBERS = Set.of("filter", "dryRun", "after");
  private static final Set<String> FILTER_MEMBERS = Set.of("all", "phoneNumber");
  private static final Pattern E164 = Pattern.compile("\\+[1-9]\\d{7,14}");

  private RecallBody() {}

  /**
   * @param isPlace whether a text may stand as {@code after}
   * @throws ShapeException if it is none, with the member at fault
   */
  static RecallOrder read(byte[] body, Predicate<String> isPlace) throws ShapeException {
    JsonNode json = RedriveBody.object("body", RedriveBody.parse(body), MEMBERS);
    JsonNode filter = RedriveBody.object("filter", json.path("filter"), FILTER_MEMBERS);
    boolean all = RedriveBody.flag(filter, "all");
    String phoneNumber = RedriveBody.text(filter, "phoneNumber", "");
    if (all != phoneNumber.isEmpty()) {
      throw new ShapeException(
          "filter", "says not what is meant (expected: phoneNumber, or all as true)");
    }
    if (!all && !E164.matcher(phoneNumber).matches()) {
      throw new ShapeException("phoneNumber", "not E.164 (expected: + and 8 to 15 digits)");
    }
    String after = RedriveBody.text(json, "after", "");
    if (!isPlace.test(after)) {
      throw new ShapeException("after", "no place (expected: the next of an earlier answer)");
    }
    return new RecallOrder(phoneNumber, RedriveBody.flag(json, "dryRun"), after);
  }
}
