package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** What AWS's own signers sign is let in, and with anything changed it is not. */
class SignatureOracleTest {
  private static final int REQUESTS = 2_000;
  private static final KeyFile KEYS =
      new KeyFile("doors.keyFile", new FakeKeySource(GatedPort.KEYS));
  private static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE");
  private static final String PRINTABLE =
      "abcXYZ019-_.~!$&'()*,;=:@/ +%\"<>[]{}|\\^`#?äß€日本😀ÿ\u00a0";
  private static final String RAW_IN_PATHS = "abcXYZ019-_.~!$&'()*,;=:@+";

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldLetInWhatTheSdkForJavaV2Signs(boolean presigned) {
    var random = new SplittableRandom(presigned ? 2 : 1);
    try (var port = new GatedPort(KEYS)) {
      for (int i = 0; i < REQUESTS; i++) {
        Wire request = disguised(random, generated(random, presigned));
        assertEquals("200", port.send(request), () -> "of " + request);
      }
      assertEquals(REQUESTS, port.passed.size());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldLetInWhatTheSdkForJavaV1Signs(boolean presigned) {
    var random = new SplittableRandom(presigned ? 4 : 3);
    try (var port = new GatedPort(KEYS)) {
      for (int i = 0; i < REQUESTS; i++) {
        Signing signing = presigned ? Signing.presigned(Duration.ofMinutes(5)) : Signing.header();
        Wire request =
            signing.signAsV1(method(random), labels(random), query(random), body(random));
        assertEquals("", request.header("x-amz-content-sha256"));
        assertEquals("200", port.send(request), () -> "of " + request);
      }
      assertEquals(REQUESTS, port.passed.size());
    }
  }

  @Test
  void shouldRefuseEachThingThatWasChangedOnTheWay() {
    var random = new SplittableRandom(5);
    var refused = new TreeMap<String, Integer>();
    for (int i = 0; i < 300; i++) {
      boolean presigned = random.nextBoolean();
      Wire request =
          random.nextInt(4) == 0
              ? (presigned ? Signing.presigned(Duration.ofMinutes(5)) : Signing.header())
                  .signAsV1("PUT", "/campaigns/c-1/dial-requests", query(random), body(random))
              : generated(random, presigned);
      for (var tampering : tamperings(random, request).entrySet()) {
        String name = tampering.getKey();
        String code = name.substring(name.indexOf(':') + 1).strip();
        Wire tampered = tampering.getValue().apply(request);
        try (var port = new GatedPort(KEYS)) {
          assertEquals(code, port.send(tampered), () -> name + " of " + request);
          assertEquals(List.of(), port.passed, () -> name + " of " + request);
        }
        refused.merge(name, 1, Integer::sum);
      }
    }
    assertTrue(refused.values().stream().allMatch(times -> times > 30), refused::toString);
    assertEquals(13, refused.size(), refused::toString);
  }

  private static Map<String, UnaryOperator<Wire>> tamperings(SplittableRandom random, Wire of) {
    String wrong = "InvalidSignatureException";
    var all = new LinkedHashMap<String, UnaryOperator<Wire>>();
    all.put("method: " + wrong, r -> r.method(r.method().equals("PUT") ? "DELETE" : "PUT"));
    all.put("path: " + wrong, r -> r.target("/x" + r.target()));
    all.put(
        "query: " + wrong,
        r -> r.target(r.target() + (r.target().contains("?") ? "&" : "?") + "x=y"));
    all.put("header: " + wrong, r -> r.replace("host", "another." + Signing.HOST));
    if (of.body().length > 0) {
      int at = random.nextInt(of.body().length);
      all.put(
          "body: " + wrong,
          r -> {
            byte[] other = r.body().clone();
            other[at] ^= 1;
            return r.body(other);
          });
    }
    all.put("date: " + wrong, r -> changed(r, "20261120T120000Z", "20261120T120100Z"));
    all.put("far date: RequestExpired", r -> changed(r, "20261120T120000Z", "20261120T121501Z"));
    all.put("date of scope: " + wrong, r -> scope(r, "20261120", "20261121"));
    all.put("region: " + wrong, r -> scope(r, "us-east-1", "us-west-2"));
    all.put("service: " + wrong, r -> scope(r, "connect-campaigns", "connect"));
    all.put("end of scope: IncompleteSignatureException", r -> scope(r, "aws4_request", "aws4"));
    all.put("key: UnrecognizedClientException", r -> changed(r, keyId(r), "AKIDNOBODY"));
    all.put("signature: " + wrong, SignatureOracleTest::otherSignature);
    return all;
  }

  private static String keyId(Wire request) {
    String all = request.header("authorization") + request.target();
    int from = all.indexOf("Credential=") + "Credential=".length();
    return all.substring(from, from + 11);
  }

  private static Wire otherSignature(Wire request) {
    String all = request.isPresigned() ? request.target() : request.header("authorization");
    int at = all.indexOf("Signature=") + "Signature=".length() + 7;
    String other =
        all.substring(0, at) + (all.charAt(at) == '0' ? '1' : '0') + all.substring(at + 1);
    return request.isPresigned() ? request.target(other) : request.replace("authorization", other);
  }

  private static Wire changed(Wire request, String from, String to) {
    if (request.isPresigned()) {
      return request.target(request.target().replace(from, to));
    }
    Wire other =
        request.replace("authorization", request.header("authorization").replace(from, to));
    return other.replace("x-amz-date", other.header("x-amz-date").replace(from, to));
  }

  private static Wire scope(Wire request, String from, String to) {
    if (request.isPresigned()) {
      return request.target(request.target().replace("%2F" + from, "%2F" + to));
    }
    return request.replace(
        "authorization", request.header("authorization").replace("/" + from, "/" + to));
  }

  // --- requests

  private static Wire generated(SplittableRandom random, boolean presigned) {
    Signing signing =
        presigned
            ? Signing.presigned(Duration.ofSeconds(1 + random.nextInt(604_800)))
            : Signing.header();
    if (random.nextInt(3) == 0) {
      signing.by("ASIASESSION", "session-secret").session("session/token+1=");
    }
    return signing.sign(
        method(random),
        random.nextInt(3) == 0 ? oddPath(random) : labels(random),
        query(random),
        headers(random),
        body(random));
  }

  private static String method(SplittableRandom random) {
    return METHODS.get(random.nextInt(METHODS.size()));
  }

  private static String labels(SplittableRandom random) {
    var path = new StringBuilder();
    for (int i = 0; i <= random.nextInt(5); i++) {
      path.append('/').append(SdkHttpUtils.urlEncode("s" + text(random, 12)));
    }
    return path.toString();
  }

  /** Nothing in a path is made better than it was sent. */
  private static String oddPath(SplittableRandom random) {
    var path = new StringBuilder();
    for (int i = 0; i <= random.nextInt(6); i++) {
      path.append('/');
      switch (random.nextInt(6)) {
        case 0 -> path.append(".");
        case 1 -> path.append("..");
        case 2 -> path.append("%2f%c3%a9");
        case 3 -> path.append("%").append("%zz");
        case 4 -> {
          for (int c = 0; c < 5; c++) {
            path.append(RAW_IN_PATHS.charAt(random.nextInt(RAW_IN_PATHS.length())));
          }
        }
        default -> {} // an empty one
      }
    }
    return path.toString();
  }

  private static List<Map.Entry<String, String>> query(SplittableRandom random) {
    var pairs = new ArrayList<Map.Entry<String, String>>();
    for (int i = 0; i < random.nextInt(6); i++) {
      String name = random.nextInt(3) == 0 ? "tagKeys" : "n" + text(random, 8);
      pairs.add(Map.entry(name, random.nextInt(4) == 0 ? "" : text(random, 20)));
    }
    return pairs;
  }

  private static List<Map.Entry<String, String>> headers(SplittableRandom random) {
    var headers = new ArrayList<Map.Entry<String, String>>();
    for (int i = 0; i < random.nextInt(6); i++) {
      String name = "X-H" + random.nextInt(4);
      headers.add(
          Map.entry(
              name,
              switch (random.nextInt(4)) {
                case 0 -> "";
                case 1 -> "  blanks  and\t tabs \t";
                case 2 -> "long " + "x".repeat(random.nextInt(8_000));
                default -> text(random, 40);
              }));
    }
    return headers;
  }

  private static byte[] body(SplittableRandom random) {
    byte[] body = new byte[random.nextInt(3) == 0 ? 0 : random.nextInt(3_000)];
    random.nextBytes(body);
    return body;
  }

  private static String text(SplittableRandom random, int charactersMax) {
    var text = new StringBuilder();
    int[] all = PRINTABLE.codePoints().toArray();
    for (int i = random.nextInt(charactersMax + 1); i > 0; i--) {
      text.appendCodePoint(all[random.nextInt(all.length)]);
    }
    return text.toString();
  }

  /** The same request, written otherwise, in ways that a signature allows. */
  private static Wire disguised(SplittableRandom random, Wire request) {
    String target = request.target();
    int question = target.indexOf('?');
    if (question >= 0 && random.nextBoolean()) {
      String query =
          target
              .substring(question)
              .replace("%2B", "+")
              .replace("%2C", "%2c")
              .replace("=&", "&")
              .replace("&", "&&");
      target = target.substring(0, question) + query;
    }
    if (random.nextInt(8) == 0) {
      target = "http://localhost:8025" + target;
    }
    var headers = new ArrayList<Map.Entry<String, String>>();
    for (var header : request.headers()) {
      String value = header.getValue();
      if (header.getKey().startsWith("X-H") && random.nextBoolean()) {
        value = value.strip().replaceAll(" +", "\r\n  ");
      }
      headers.add(
          Map.entry(
              random.nextBoolean() ? header.getKey().toLowerCase(Locale.ROOT) : header.getKey(),
              value));
    }
    return new Wire(request.method(), target, headers, request.body());
  }
}
