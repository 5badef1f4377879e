package io.dialspool.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Asks for the state of dial requests that an upload left behind, any of them as likely as another.
 * One thread.
 */
final class StatusTemplate implements Requests {
  private static final String START = "GET /campaigns/";
  private static final String BEFORE_TOKEN = "/dial-requests/";

  private final LoadPlan parked;
  private final List<byte[]> campaigns;
  private final long numbers;
  private final int parkedBy;
  private final int digitsAt;
  private final ByteBuffer bytes;
  private final SplittableRandom random = new SplittableRandom();

  /**
   * @param parked the plan of the uploads
   * @param run of them
   * @param parkedBy which connection sent those that are asked for
   * @param drawn numbers that it used up; above 0
   */
  StatusTemplate(LoadPlan parked, String authority, String run, int parkedBy, long drawn) {
    this.parked = parked;
    this.parkedBy = parkedBy;
    this.numbers = drawn;
    campaigns =
        parked.campaigns().stream()
            .map(id -> SdkHttpUtils.urlEncode(id).getBytes(StandardCharsets.US_ASCII))
            .toList();
    String beforeDigits =
        START
            + new String(campaigns.get(0), StandardCharsets.US_ASCII)
            + BEFORE_TOKEN
            + Tokens.prefix(run, parkedBy);
    digitsAt = beforeDigits.length();
    byte[] whole =
        (beforeDigits + "0".repeat(Tokens.DIGITS) + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    bytes = ByteBuffer.allocateDirect(whole.length).put(whole);
  }

  @Override
  public ByteBuffer begin() {
    long number = random.nextLong(numbers);
    long upload = number / parked.itemsPerRequest();
    byte[] id =
        campaigns.get((int) ((parkedBy + upload * parked.connections()) % campaigns.size()));
    for (int i = 0; i < id.length; i++) {
      bytes.put(START.length() + i, id[i]);
    }
    Tokens.write(number, bytes, digitsAt);
    return bytes.clear();
  }

  @Override
  public @Nullable ByteBuffer more() {
    return null;
  }

  @Override
  public int itemsRepeated() {
    return 0;
  }

  @Override
  public int itemsInvalid() {
    return 0;
  }

  @Override
  public long drawn() {
    return 0;
  }
}
