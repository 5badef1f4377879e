package io.dialspool.config;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Where outcomes are brought to, and how; one of {@code webhooks}, under a name of its own.
 *
 * @param url of the receiver
 * @param secret {@code whsec_} and base64 of 24 to 64 bytes, which sign what is brought; two of
 *     them, with a space between, while one is being exchanged
 * @param campaigns ids, or patterns with {@code *}, separated by commas; empty for all
 * @param batch outcomes of one call at most
 * @param lingerMs how long an outcome waits for others to go with it
 * @param timeoutMs from the beginning of a call until it counts as unanswered
 * @param parallel calls at once, each of another campaign
 * @param attemptsMax how often one batch may be refused before it becomes a dead letter
 * @param giveUpAfter how old an outcome gets while the receiver doesn't answer
 * @param retryMs until the second try; later ones double it
 * @param retryMaxMs between two tries at most
 * @param caFile PEM, the authorities that the receiver's certificate is judged by; empty for those
 *     of the system
 * @param plainHttp whether {@code http://} may leave this machine
 */
public record WebhookConfig(
    String url,
    String secret,
    String campaigns,
    int batch,
    int lingerMs,
    int timeoutMs,
    int parallel,
    int attemptsMax,
    Duration giveUpAfter,
    int retryMs,
    int retryMaxMs,
    String caFile,
    boolean plainHttp) {
  private static final String SECRET = "whsec_[A-Za-z0-9+/]{32,88}={0,2}";

  /** What stands for a key that isn't given; a webhook wants url and secret of its own. */
  public static final WebhookConfig DEFAULT =
      new WebhookConfig(
          "", "", "", 100, 1_000, 10_000, 4, 10, Duration.ofDays(3), 1_000, 300_000, "", false);

  public WebhookConfig {
    Expect.that(
        url.isEmpty() || url.matches("https?://[^/\\s?#@]+(/[^\\s#]*)?"),
        "webhook.url",
        url.replaceFirst("\\?.*", "?…"),
        "http:// or https://, host, port, path");
    Expect.that(
        secret.isEmpty() || Arrays.stream(secret.split(" ", -1)).allMatch(WebhookConfig::isSecret),
        "webhook.secret",
        "(hidden)",
        "whsec_ and base64 of 24 to 64 bytes, or two of them with a space between");
    for (String pattern : patterns(campaigns)) {
      Expect.that(
          pattern.matches("[^\\s,]{1,256}"),
          "webhook.campaigns",
          campaigns,
          "campaign ids or patterns with *, separated by commas");
    }
    Expect.range("webhook.batch", batch, 1, 1_000);
    Expect.range("webhook.lingerMs", lingerMs, 0, 60_000);
    Expect.range("webhook.timeoutMs", timeoutMs, 100, 60_000);
    Expect.range("webhook.parallel", parallel, 1, 64);
    Expect.range("webhook.attemptsMax", attemptsMax, 1, 1_000);
    Expect.that(
        giveUpAfter.toMinutes() >= 1 && giveUpAfter.toDays() <= 365,
        "webhook.giveUpAfter",
        giveUpAfter,
        "1m to 365d");
    Expect.range("webhook.retryMs", retryMs, 10, 60_000);
    Expect.range("webhook.retryMaxMs", retryMaxMs, retryMs, 3_600_000);
    Expect.that(
        caFile.isEmpty() || url.isEmpty() || url.startsWith("https://"),
        "webhook.caFile",
        caFile,
        "nothing, since webhook.url is not https://");
    Expect.that(
        plainHttp || !url.startsWith("http://") || isLoopback(url),
        "webhook.url",
        url.replaceFirst("\\?.*", "?…"),
        "https://, unless webhook.plainHttp is true or the host is a loopback address");
  }

  private static boolean isSecret(String text) {
    if (!text.matches(SECRET)) {
      return false;
    }
    try {
      int bytes = Base64.getDecoder().decode(text.substring("whsec_".length())).length;
      return bytes >= 24 && bytes <= 64;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  // By its letters: a name may come to mean another address while we run.
  private static boolean isLoopback(String url) {
    String host = String.valueOf(URI.create(url).getHost());
    return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.equals("[::1]");
  }

  /** What signs: the keys, decoded, one or two. */
  public List<byte[]> keys() {
    return Arrays.stream(secret.split(" ", -1))
        .map(text -> Base64.getDecoder().decode(text.substring("whsec_".length())))
        .toList();
  }

  /** Host and port of the receiver: what may be shown, for a path or a query may hold a secret. */
  public String receiver() {
    return URI.create(url).getRawAuthority();
  }

  /** The campaigns whose outcomes are brought; empty for all. */
  public List<String> campaignPatterns() {
    return patterns(campaigns);
  }

  private static List<String> patterns(String campaigns) {
    return campaigns.isBlank()
        ? List.of()
        : Arrays.stream(campaigns.split(",", -1)).map(String::strip).toList();
  }

  // The secret must not reach a log by way of the generated method.
  @Override
  public String toString() {
    return "WebhookConfig[batch=" + batch + ", lingerMs=" + lingerMs + "]";
  }
}
