package io.dialspool.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * The requests of one connection in bytes, made once; from one to the next only the campaign, the
 * digits at the end of the tokens, and the first digit of a wrong number change. Makes no garbage.
 * One thread.
 *
 * <p>A batch is one part. An upload is its head and then the same block of lines, filled anew until
 * all lines are sent.
 */
final class RequestTemplate implements Requests {
  private static final int BLOCK_LINES_MAX = 256;
  private static final String ZEROS = "0".repeat(Tokens.DIGITS);

  private final Tokens tokens;
  private final List<byte[]> campaigns = new ArrayList<>();
  private final int campaignStep;
  private final int campaignAt;
  private final int lineBytes;
  private final int itemsPerRequest;
  private final int blockItems;
  private final int digitsAt;
  private final int numberAt;
  private final int itemsFrom;
  private final ByteBuffer bytes;
  private int campaign;
  private int itemsLeft;

  /**
   * @param run keeps the tokens of two runs apart
   * @param connection keeps those of two connections apart
   * @param expiration of all items
   */
  RequestTemplate(LoadPlan plan, String authority, String run, int connection, Instant expiration) {
    tokens = new Tokens(plan.duplicates(), plan.invalid(), run.hashCode() * 31L + connection);
    for (String id : plan.campaigns()) {
      byte[] encoded = SdkHttpUtils.urlEncode(id).getBytes(StandardCharsets.US_ASCII);
      if (!campaigns.isEmpty() && encoded.length != campaigns.get(0).length) {
        throw new IllegalArgumentException("campaigns whose ids differ in length");
      }
      campaigns.add(encoded);
    }
    campaign = connection % campaigns.size();
    campaignStep = plan.connections() % campaigns.size();
    itemsPerRequest = plan.itemsPerRequest();
    blockItems = plan.lines() ? Math.min(itemsPerRequest, BLOCK_LINES_MAX) : itemsPerRequest;

    String token = "{\"clientToken\":\"" + Tokens.prefix(run, connection);
    String number = "\",\"phoneNumber\":\"+";
    String item =
        token
            + ZEROS
            + number
            + "12065550100\",\"expirationTime\":\""
            + expiration.truncatedTo(ChronoUnit.SECONDS)
            + "\",\"attributes\":{\"first_name\":\"Ann\",\"language\":\"en-US\",\"offer\":\"winter-7\"}}"
            + (plan.lines() ? "\n" : ",");
    digitsAt = token.length();
    numberAt = digitsAt + Tokens.DIGITS + number.length();
    lineBytes = item.length();
    String before = plan.lines() ? "" : "{\"dialRequests\":[";
    String after = plan.lines() ? "" : "]}";
    long bodyBytes =
        before.length()
            + (long) lineBytes * itemsPerRequest
            + after.length()
            - (plan.lines() ? 0 : 1);
    String start = (plan.lines() ? "POST" : "PUT") + " /campaigns/";
    String head =
        start
            + new String(campaigns.get(campaign), StandardCharsets.US_ASCII)
            + "/dial-requests HTTP/1.1\r\nHost: "
            + authority
            + "\r\nContent-Type: application/"
            + (plan.lines() ? "x-ndjson" : "json")
            + (plan.authorization().isEmpty() ? "" : "\r\nAuthorization: " + plan.authorization())
            + "\r\nContent-Length: "
            + bodyBytes
            + "\r\n\r\n";
    campaignAt = start.length();
    itemsFrom = head.length() + before.length();
    String items = item.repeat(blockItems);
    byte[] whole =
        (head + before + (plan.lines() ? items : items.substring(0, items.length() - 1)) + after)
            .getBytes(StandardCharsets.US_ASCII);
    bytes = ByteBuffer.allocateDirect(whole.length).put(whole);
  }

  @Override
  public ByteBuffer begin() {
    tokens.beginRequest();
    bytes.clear();
    byte[] id = campaigns.get(campaign);
    for (int i = 0; i < id.length; i++) {
      bytes.put(campaignAt + i, id[i]);
    }
    campaign = (campaign + campaignStep) % campaigns.size();
    itemsLeft = itemsPerRequest;
    int items = fill();
    return bytes.limit(isWhole() ? bytes.capacity() : itemsFrom + items * lineBytes).position(0);
  }

  @Override
  public @Nullable ByteBuffer more() {
    if (itemsLeft == 0) {
      return null;
    }
    bytes.clear();
    int items = fill();
    return bytes.limit(itemsFrom + items * lineBytes).position(itemsFrom);
  }

  private boolean isWhole() {
    return itemsPerRequest == blockItems;
  }

  private int fill() {
    int items = Math.min(itemsLeft, blockItems);
    for (int i = 0, at = itemsFrom; i < items; i++, at += lineBytes) {
      long number = tokens.draw();
      Tokens.write(number, bytes, at + digitsAt);
      bytes.put(at + numberAt, (byte) (tokens.isInvalid(number) ? '0' : '1'));
    }
    itemsLeft -= items;
    return items;
  }

  @Override
  public int itemsRepeated() {
    return tokens.duplicatesDrawn();
  }

  @Override
  public int itemsInvalid() {
    return tokens.invalidDrawn();
  }

  @Override
  public long drawn() {
    return tokens.drawn();
  }

  /** Bytes of one dial request as it is sent. */
  static int itemBytes(LoadPlan plan) {
    return new RequestTemplate(plan, "-", "-", 0, Instant.EPOCH).lineBytes;
  }
}
