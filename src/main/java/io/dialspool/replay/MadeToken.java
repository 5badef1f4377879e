package io.dialspool.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * The clientToken of a row that has none: SHA-256 over campaign, number and attributes in the order
 * of their names. Never the clock, the deadline, the file or the line, so that the same lead is the
 * same lead in every run, and two equal rows of a file are one.
 */
final class MadeToken {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final MessageDigest sha256;
  private final byte[] campaignId;

  MadeToken(String campaignId) {
    this.campaignId = campaignId.getBytes(StandardCharsets.UTF_8);
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** 43 characters of {@code a-z A-Z 0-9 _ -}. */
  String of(Lead lead) {
    add(campaignId);
    add(lead.phoneNumber);
    for (Map.Entry<String, String> attribute : lead.attributes.entrySet()) {
      add(attribute.getKey());
      add(attribute.getValue());
    }
    return BASE64.encodeToString(sha256.digest());
  }

  private void add(String part) {
    add(part.getBytes(StandardCharsets.UTF_8));
  }

  // With its length before it, or "ab","c" and "a","bc" would be one.
  private void add(byte[] part) {
    int length = part.length;
    sha256.update((byte) (length >> 24));
    sha256.update((byte) (length >> 16));
    sha256.update((byte) (length >> 8));
    sha256.update((byte) length);
    sha256.update(part);
  }
}
