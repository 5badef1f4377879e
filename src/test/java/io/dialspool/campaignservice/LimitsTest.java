package io.dialspool.campaignservice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.api.LimitCases;
import io.dialspool.api.LimitCases.Worth;
import io.dialspool.api.Operation;
import io.dialspool.api.Operations;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.http.ApiError;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** The campaign service against every limit of the description. */
class LimitsTest {
  private final OutboundCampaigns campaigns =
      new OutboundCampaigns(
          new FakeStore(), new MovedClock(), CampaignServiceConfig.DEFAULT, generous());

  private static Faults generous() {
    return Faults.ofJson(
        "{\"callsPerSecond\":1000000,\"burst\":1000000}"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Provide
  Arbitrary<Operation> operations() {
    return Arbitraries.of(Operations.ALL);
  }

  @Property(tries = 100, seed = "4711", shrinking = ShrinkingMode.OFF)
  void shouldTakeWhatIsWithinEveryLimit(
      @ForAll("operations") Operation operation, @ForAll long seed) {
    judge(LimitCases.valid(operation, new Random(seed)));
  }

  @Property(tries = 800, seed = "4711", shrinking = ShrinkingMode.OFF)
  void shouldTakeWhatIsOnALimitAndRefuseWhatIsOverIt(
      @ForAll("operations") Operation operation, @ForAll long seed) {
    var random = new Random(seed);
    List<LimitCases.Case> cases = LimitCases.of(operation, random);
    judge(cases.get(random.nextInt(cases.size())));
  }

  private void judge(LimitCases.Case made) {
    Call call = Call.read(made.operation().method(), made.uri(), made.body());
    assertEquals(made.operation(), call.operation(), made::toString);
    ApiError error = campaigns.perform(call).error();
    campaigns.commit();
    if (made.worth() == Worth.FINE) {
      assertNull(call.refusal(), made::toString);
      // A token that is none of ours is a fault of its meaning.
      boolean broken = error != null && error.status() == 400;
      String message = error == null ? "" : error.message();
      assertFalse(broken && !message.startsWith("nextToken: not one of ours"), made::toString);
    } else {
      assertNotNull(error, made::toString);
      assertEquals("ValidationException", error.code(), made::toString);
      assertTrue(
          error.message().startsWith(made.at() + ": "), () -> error.message() + " for " + made);
      assertTrue(error.message().endsWith(")"), error::message);
      assertTrue(error.message().contains(" (expected: "), error::message);
      assertFalse(error.message().contains(LimitCases.NUMBER), error::message);
    }
  }
}
