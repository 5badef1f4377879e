package io.dialspool.target;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SigV4 written a second time, from contract section 6 alone, to judge the signer by. */
final class SignatureCheck {
  private SignatureCheck() {}

  /**
   * The signature of a request as it stands on the wire.
   *
   * @param target raw path and query
   * @param headers by lower-case name
   * @param signedHeaders names, joined by semicolons
   */
  static String signature(
      String method,
      String target,
      Map<String, String> headers,
      String signedHeaders,
      byte[] body,
      String secret,
      String region)
      throws GeneralSecurityException {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    List<String> pairs = new ArrayList<>();
    if (question >= 0) {
      pairs.addAll(List.of(target.substring(question + 1).split("&", -1)));
      Collections.sort(pairs);
    }
    var canonical = new StringBuilder();
    canonical.append(method).append('\n').append(path.replace("%", "%25")).append('\n');
    canonical.append(String.join("&", pairs)).append('\n');
    for (String name : signedHeaders.split(";", -1)) {
      canonical.append(name).append(':').append(headers.get(name)).append('\n');
    }
    canonical.append('\n').append(signedHeaders).append('\n');
    canonical.append(headers.getOrDefault("x-amz-content-sha256", sha256(body)));

    String date = headers.getOrDefault("x-amz-date", "");
    String scope = date.substring(0, 8) + "/" + region + "/connect-campaigns/aws4_request";
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + date
            + "\n"
            + scope
            + "\n"
            + sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
    byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, toSign));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
