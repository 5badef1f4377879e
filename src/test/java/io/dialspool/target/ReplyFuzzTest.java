package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.request.CampaignId;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/**
 * What a lying target may answer: three digits of status, a line for each header that we read, an
 * empty line and the body. Nothing is thrown, what we keep of it is short, and it shows no number.
 */
@Timeout(600)
class ReplyFuzzTest {
  private static final String PHONE = "+12065550100";
  private static final byte[] MEMBERS =
      ("\"phoneNumber\":\"" + PHONE + "\",\"attributes\":{\"name\":\"Ann-Marie\"}")
          .getBytes(StandardCharsets.UTF_8);
  private static final CampaignId CAMPAIGN = new CampaignId("c");
  private static final OutgoingBatch BATCH =
      new OutgoingBatch(
          CAMPAIGN,
          List.of(new OutgoingItem("t-1", 1_000_000, MEMBERS, 0, MEMBERS.length)),
          300_000);
  private static final String[] HEADERS = {
    "x-amzn-ErrorType", "Retry-After", "Content-Type", "x-amzn-RequestId"
  };

  @FuzzTest
  void shouldReadAnyAnswer(byte[] input) {
    if (input.length < 3) {
      return;
    }
    int status = (input[0] & 15) * 100 + (input[1] & 15) * 10 + (input[2] & 15);
    var headers = DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    int at = 3;
    for (String name : HEADERS) {
      int end = at;
      while (end < input.length && input[end] != '\n') {
        end++;
      }
      String value = new String(input, at, end - at, StandardCharsets.ISO_8859_1);
      at = Math.min(input.length, end + 1);
      if (!value.isEmpty()) {
        headers.add(name, value);
      }
    }
    var answer =
        new Ended.Answer(
            status,
            headers,
            Arrays.copyOfRange(input, at, input.length),
            new TargetClock.Moment(0, 0),
            new TargetClock.Moment(0, 0));
    judge(ReplyReader.ofBatch(answer, BATCH));
    StatesReply states = ReplyReader.ofStates(answer, List.of(CAMPAIGN));
    if (states instanceof StatesReply.Failed failed) {
      assertTrue(failed.code().length() <= 101, failed::code);
      assertTrue(failed.retryAfterMs() >= -1);
    }
    ReplyReader.ofRaw(answer);
    ReplyReader.isRefusedForTime(answer);
    ReplyReader.isRefusedForCredentials(answer);
  }

  private static void judge(BatchReply reply) {
    if (reply instanceof BatchReply.Refused refused) {
      assertTrue(refused.message().length() <= 301, refused::message);
      assertTrue(refused.code().length() <= 101, refused::code);
      assertTrue(refused.retryAfterMs() >= -1);
      assertFalse(refused.message().contains(PHONE), "a number in a message");
      assertFalse(refused.message().contains("Ann-Marie"), "an attribute in a message");
      assertFalse(
          refused.message().chars().anyMatch(Character::isISOControl), "a control character");
    }
  }
}
