package io.dialspool.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.api.LimitCases;
import io.dialspool.api.LimitCases.Worth;
import io.dialspool.api.Operation;
import io.dialspool.api.Operations;
import io.dialspool.request.CampaignId;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Intake against every limit of a dial request: what is misshapen refuses the whole body, what is
 * out of bounds its item alone. Source: design section 4.
 */
class LimitsTest {
  private static final Operation PUT =
      Operations.named(Operation.Version.V1, "PutDialRequestBatch");
  private static final NumberRule NUMBERS = NumberRule.load(false);
  private static final long NOW_MS = Instant.parse(LimitCases.TIME).toEpochMilli() - 300_000;
  private static final int ATTRIBUTE_BYTES_MAX = 32_768;

  private final BatchParser parser = new BatchParser();
  private final ValidateStage validate = new ValidateStage(NUMBERS);

  @Property(tries = 100, seed = "4711", shrinking = ShrinkingMode.OFF)
  void shouldTakeWhatIsWithinEveryLimit(@ForAll long seed) throws ShapeException {
    judge(LimitCases.valid(PUT, new Random(seed)));
  }

  @Property(tries = 400, seed = "4711", shrinking = ShrinkingMode.OFF)
  void shouldRefuseByItemOrWholeWhatIsOverALimit(@ForAll long seed) throws ShapeException {
    var random = new Random(seed);
    List<LimitCases.Case> cases = LimitCases.of(PUT, random);
    judge(cases.get(random.nextInt(cases.size())));
  }

  private void judge(LimitCases.Case made) throws ShapeException {
    if (made.at().equals("id")) {
      assertEquals(
          made.worth() == Worth.FINE,
          CampaignId.isValid(made.input().path("id").asText()),
          made::toString);
      return;
    }
    byte[] body = made.body();
    var items = new DialItems();
    if (made.worth() == Worth.MISSHAPEN) {
      var refused =
          assertThrows(
              ShapeException.class,
              () -> parser.parse(body, 0, body.length, items),
              made::toString);
      String message = refused.member() + ": " + refused.reason();
      assertTrue(message.startsWith(made.at() + ": "), () -> message + " for " + made);
      assertTrue(message.contains(" (expected: ") && message.endsWith(")"), message);
      assertFalse(message.contains(LimitCases.NUMBER), message);
      return;
    }
    parser.parse(body, 0, body.length, items);
    JsonNode sent = made.input().path("dialRequests");
    var slot = new DialSlot();
    slot.trade(new CampaignId("c"), items, NOW_MS, answered -> {});
    validate.on(slot);
    assertEquals(sent.size(), slot.items().count());
    for (int i = 0; i < sent.size(); i++) {
      boolean broken =
          made.worth() == Worth.OUT_OF_BOUNDS && made.at().startsWith("dialRequests[" + i + "].");
      Verdict expected = broken || !isSensible(sent.get(i)) ? Verdict.INVALID : Verdict.FINE;
      assertEquals(expected, slot.items().verdict(i), made::toString);
    }
  }

  /** What intake asks beyond the description's limits. */
  private static boolean isSensible(JsonNode item) {
    int bytes = 0;
    for (Map.Entry<String, JsonNode> attribute : item.path("attributes").properties()) {
      bytes += attribute.getKey().getBytes(UTF_8).length;
      bytes += attribute.getValue().asText().getBytes(UTF_8).length;
    }
    return !item.path("clientToken").asText().isEmpty()
        && item.path("phoneNumber").asText().equals(LimitCases.NUMBER)
        && bytes <= ATTRIBUTE_BYTES_MAX;
  }
}
