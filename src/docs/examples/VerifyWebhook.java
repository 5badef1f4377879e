import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies a webhook of Dialspool (Standard Webhooks, symmetric signatures). */
public class VerifyWebhook {
  private static final long TOLERANCE_SECONDS = 300;

  /**
   * Whether who knows the secret sent these bytes just now. Verify first, parse afterwards.
   *
   * @param secret {@code whsec_…}
   * @param id header webhook-id
   * @param timestamp header webhook-timestamp
   * @param signatures header webhook-signature
   * @param nowSeconds since 1970
   */
  public static boolean isGenuine(
      String secret, String id, String timestamp, String signatures, byte[] body, long nowSeconds)
      throws GeneralSecurityException {
    if (Math.abs(nowSeconds - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) {
      return false; // an old one, sent again by somebody else
    }
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
    byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
    for (String each : signatures.split(" ")) { // several while a secret is being exchanged
      if (MessageDigest.isEqual(expected, each.getBytes(StandardCharsets.UTF_8))) {
        return true;
      }
    }
    return false;
  }
}
