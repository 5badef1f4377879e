package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.dialspool.request.CampaignId;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyReaderTest {
  private static final OutgoingBatch BATCH =
      new OutgoingBatch(new CampaignId("c"), List.of(), 300_000);

  @Test
  void shouldBlotOutANumberHoweverLongItIs() {
    BatchReply reply = refusal("no such number: " + "1".repeat(200_000) + " sorry");
    assertEquals(
        "no such number: *** sorry", assertInstanceOf(BatchReply.Refused.class, reply).message());
  }

  @Test
  void shouldKeepNothingThatATerminalObeysOrThatHidesText() {
    BatchReply reply = refusal("no\u009b31m such\u202e campaign\u0085");
    assertEquals(
        "no 31m such  campaign ", assertInstanceOf(BatchReply.Refused.class, reply).message());
  }

  private static BatchReply refusal(String message) {
    byte[] body = ("{\"message\":\"" + message + "\"}").getBytes(StandardCharsets.UTF_8);
    return ReplyReader.ofBatch(
        new Ended.Answer(
            400,
            EmptyHttpHeaders.INSTANCE,
            body,
            new TargetClock.Moment(0, 0),
            new TargetClock.Moment(0, 0)),
        BATCH);
  }
}
