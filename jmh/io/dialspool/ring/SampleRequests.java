package io.dialspool.ring;

import io.dialspool.request.CampaignId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Dial requests as callers send them: a token from the row's number, a full national number, three
 * short attributes, one deadline for the whole file. About 200 bytes each as JSON.
 */
public final class SampleRequests {
  public static final CampaignId CAMPAIGN = new CampaignId("8c2a6b1e-52f4-4d9c-9d61-2f3b0c7a1e55");

  /** Wall clock at the door; milliseconds since 1970. */
  public static final long NOW_MS = Instant.parse("2026-11-20T12:00:00Z").toEpochMilli();

  private static final String DEADLINE = "2026-11-20T16:00:00Z";
  private static final long DEADLINE_MS = Instant.parse(DEADLINE).toEpochMilli();

  private SampleRequests() {}

  /** Fills {@code into}, which is empty, with {@code count} requests from the one numbered. */
  public static void fill(DialItems into, long from, int count) {
    for (int i = 0; i < count; i++) {
      long number = from + i;
      int item = into.begin();
      int at = into.append(token(number));
      into.token(item, at, into.used() - at);
      at = into.append(phoneNumber(number));
      into.phone(item, at, into.used() - at);
      into.deadlineMs(item, DEADLINE_MS);
      at = into.used();
      pair(into, "firstName", "Noémie");
      pair(into, "accountId", accountId(number));
      pair(into, "segment", "spring-renewal");
      into.attributes(item, at, into.used() - at, 3);
    }
  }

  private static void pair(DialItems into, String name, String value) {
    string(into, name);
    string(into, value);
  }

  private static void string(DialItems into, String text) {
    int lengthAt = into.used();
    into.ensure(Integer.BYTES);
    into.advance(Integer.BYTES);
    into.append(text);
    int length = into.used() - lengthAt - Integer.BYTES;
    byte[] bytes = into.bytes();
    bytes[lengthAt] = (byte) (length >>> 24);
    bytes[lengthAt + 1] = (byte) (length >>> 16);
    bytes[lengthAt + 2] = (byte) (length >>> 8);
    bytes[lengthAt + 3] = (byte) length;
  }

  /** The body of a PutDialRequestBatch with {@code count} requests from the one numbered. */
  public static byte[] body(long from, int count) {
    var json = new StringBuilder("{\"dialRequests\":[");
    for (int i = 0; i < count; i++) {
      json.append(i == 0 ? "" : ",").append(object(from + i));
    }
    return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The same requests, one a line. */
  public static byte[] lines(long from, int count) {
    var json = new StringBuilder();
    for (int i = 0; i < count; i++) {
      json.append(object(from + i)).append('\n');
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String object(long number) {
    return "{\"clientToken\":\""
        + token(number)
        + "\",\"phoneNumber\":\""
        + phoneNumber(number)
        + "\",\"expirationTime\":\""
        + DEADLINE
        + "\",\"attributes\":{\"firstName\":\"Noémie\",\"accountId\":\""
        + accountId(number)
        + "\",\"segment\":\"spring-renewal\"}}";
  }

  /** The clientToken of the request numbered. */
  public static String token(long number) {
    return "leads-20261120-" + padded(number, 9);
  }

  private static String phoneNumber(long number) {
    return "+1206555" + padded(number % 10_000, 4);
  }

  private static String accountId(long number) {
    return "A-" + padded(number, 8);
  }

  private static String padded(long number, int digits) {
    String text = Long.toString(number);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }
}
