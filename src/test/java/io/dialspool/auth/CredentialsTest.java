package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers of contract section 4's last table, one credential at a time. */
class CredentialsTest {
  private static final byte[] NOTHING = {};
  private static final byte[] BATCH = "{\"dialRequests\":[]}".getBytes(StandardCharsets.UTF_8);
  private static final String PUT = "/campaigns/spring/dial-requests";

  private final GatedPort port = new GatedPort();

  @AfterEach
  void close() {
    port.close();
  }

  // --- none, or not of this kind

  @Test
  void shouldMissCredentials() {
    expect(403, "MissingAuthenticationTokenException", Wire.get("/campaigns/spring"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic dXNlcjpwYXNz",
        "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, Signature=00, SignedHeaders",
        "AWS4-HMAC-SHA256 Credential=a, Credential=b, SignedHeaders=host, Signature=00"
      })
  void shouldNotParseOtherAuthorizations(String authorization) {
    expect(
        403,
        "IncompleteSignatureException",
        Wire.get("/campaigns/spring")
            .with("X-Amz-Date", "20261120T120000Z")
            .with("Authorization", authorization));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Credential=AKIDEXAMPLE/ | Credential=",
        "/us-east-1/ | /",
        "SignedHeaders=host; | SignedHeaders=",
        "SignedHeaders=host; | SignedHeaders=host;host;",
        "SignedHeaders=host; | SignedHeaders=Host;",
        "SignedHeaders=host;x-amz | SignedHeaders=host;;x-amz",
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date | SignedHeaders=host;x-amz-date;x-amz-content-sha256",
        "Signature= | Signature=0",
        "Signature= | Signature=x"
      })
  void shouldFindASignatureIncompleteWithoutOneOfItsParts(String part, String broken) {
    Wire request = Signing.header().sign("GET", "/campaigns/spring", NOTHING);
    String authorization = request.header("authorization");
    assertTrue(authorization.contains(part), authorization);
    expect(
        403,
        "IncompleteSignatureException",
        request.replace("authorization", authorization.replace(part, broken)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Fri, 20 Nov 2026 12:00:00 GMT", "20261320T120000Z", "20261120T120000"})
  void shouldWantATimeInItsForm(String date) {
    Wire request = Signing.header().sign("GET", "/campaigns/spring", NOTHING);
    expect(403, "IncompleteSignatureException", request.replace("x-amz-date", date));
    expect(403, "IncompleteSignatureException", request.without("x-amz-date"));
    expect(403, "IncompleteSignatureException", request.with("X-Amz-Date", "20261120T120000Z"));
  }

  @Test
  void shouldNotChooseBetweenCredentialsInTwoPlaces() {
    Wire request = Signing.header().sign("GET", "/campaigns/spring", NOTHING);
    expect(
        403,
        "IncompleteSignatureException",
        request.with("Authorization", request.header("authorization")));
    expect(
        403,
        "IncompleteSignatureException",
        Signing.presigned(Duration.ofMinutes(1))
            .sign("GET", "/campaigns/spring", NOTHING)
            .with("Authorization", "Bearer " + GatedPort.TOKEN));
  }

  // --- signed

  @Test
  void shouldNotKnowAStrangersKey() {
    expect(
        403,
        "UnrecognizedClientException",
        Signing.header().by("AKIDNOBODY", "example-secret").sign("PUT", PUT, BATCH));
    expect(
        403,
        "UnrecognizedClientException",
        Signing.header().by("AKIDNOBODY", "example-secret").signAsV1("PUT", PUT, List.of(), BATCH));
  }

  @Test
  void shouldTellAWrongSecret() {
    GatedPort.Answer answer =
        expect(
            403,
            "InvalidSignatureException",
            Signing.header().by("AKIDEXAMPLE", "another-secret").sign("PUT", PUT, BATCH));
    assertFalse(answer.closes(), "the request is over: its connection can be kept");
    expect(
        403,
        "InvalidSignatureException",
        Signing.header()
            .by("AKIDEXAMPLE", "another-secret")
            .signAsV1("PUT", PUT, List.of(), BATCH));
    assertFalse(port.isOpen(), "the door has seen the head of it");
  }

  @ParameterizedTest
  @CsvSource({"-901, RequestExpired", "-900, 200", "900, 200", "901, RequestExpired"})
  void shouldBearFifteenMinutesBetweenTheClocks(long seconds, String code) {
    port.clock.set(Duration.ofSeconds(seconds));
    Wire request = Signing.header().sign("PUT", PUT, BATCH);
    assertEquals(code, port.send(request));
  }

  @Test
  void shouldSendATrueDateWithATimeThatIsTooFarOff() {
    port.clock.set(Duration.ofHours(1));
    GatedPort.Answer answer =
        expect(400, "RequestExpired", Signing.header().sign("PUT", PUT, BATCH));
    assertTrue(
        answer.text().toLowerCase(java.util.Locale.ROOT).contains("\r\ndate: "), answer.text());
  }

  @ParameterizedTest
  @CsvSource({"-901, RequestExpired", "0, 200", "60, 200", "960, 200", "961, RequestExpired"})
  void shouldLetAPresignedRequestExpire(long seconds, String code) {
    port.clock.set(Duration.ofSeconds(seconds));
    assertEquals(
        code, port.send(Signing.presigned(Duration.ofSeconds(60)).sign("GET", "/spool", NOTHING)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "604801", "-1", "1e3", "", "99999999999"})
  void shouldBoundTheLifeOfAPresignedRequest(String expires) {
    Wire request = Signing.presigned(Duration.ofSeconds(77)).sign("GET", "/spool", NOTHING);
    expect(
        403,
        "IncompleteSignatureException",
        request.target(request.target().replace("X-Amz-Expires=77", "X-Amz-Expires=" + expires)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders"
      })
  void shouldWantAllPartsOfAPresignedQueryOnce(String part) {
    Wire request = Signing.presigned(Duration.ofSeconds(60)).sign("GET", "/spool", NOTHING);
    expect(
        403,
        "IncompleteSignatureException",
        request.target(request.target().replace(part + "=", "X-" + part + "=")));
    expect(
        403, "IncompleteSignatureException", request.target(request.target() + "&" + part + "=x"));
  }

  @Test
  void shouldTakeTheSessionTokenForAPartOfTheKey() {
    Signing right =
        Signing.header().by("ASIASESSION", "session-secret").session("session/token+1=");
    assertEquals("200", port.send(right.sign("PUT", PUT, BATCH)));
    Signing presigned =
        Signing.presigned(Duration.ofMinutes(1))
            .by("ASIASESSION", "session-secret")
            .session("session/token+1=");
    assertEquals("200", port.send(presigned.sign("GET", "/spool", NOTHING)));

    expect(403, "ExpiredTokenException", right.session("yesterdays").sign("PUT", PUT, BATCH));
    expect(403, "ExpiredTokenException", presigned.session("x").sign("GET", "/spool", NOTHING));
    expect(403, "UnrecognizedClientException", right.session("").sign("PUT", PUT, BATCH));
    expect(
        403,
        "UnrecognizedClientException",
        Signing.header().session("session/token+1=").sign("PUT", PUT, BATCH));
  }

  @Test
  void shouldLetAKeyExpire() {
    Signing old = Signing.header().by("AKIDOLD", "old-secret-old");
    expect(403, "ExpiredTokenException", old.sign("GET", "/spool", NOTHING));
    port.clock.set(Duration.ofMillis(-1_001));
    assertEquals("200", port.send(old.sign("GET", "/spool", NOTHING)));
  }

  @Test
  void shouldWantSignedHeadersThatAreSent() {
    Wire request =
        Signing.header()
            .sign("GET", "/spool", List.of(), List.of(Map.entry("x-mine", "1")), NOTHING);
    expect(403, "InvalidSignatureException", request.without("x-mine"));
    expect(403, "InvalidSignatureException", request.with("x-mine", "2"));
    assertEquals("200", port.send(request.with("x-yours", "2")));
  }

  // --- the body

  @Test
  void shouldHoldTheBodyAgainstTheHashThatWasSent() {
    Wire request = Signing.header().sign("PUT", PUT, BATCH);
    assertFalse(request.header("x-amz-content-sha256").isEmpty());
    expect(403, "InvalidSignatureException", request.body(new byte[BATCH.length]));
    assertFalse(port.isOpen());
  }

  @Test
  void shouldTellAnEmptyBodyAtTheHead() {
    Wire request = Signing.header().sign("PUT", PUT, BATCH).without("content-length");
    GatedPort.Answer answer = expect(403, "InvalidSignatureException", request.body(NOTHING));
    assertFalse(answer.closes());
    assertTrue(port.isOpen());
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "", "0123"})
  void shouldWantTheHashOfABody(String hash) {
    Wire request = Signing.header().sign("PUT", PUT, BATCH);
    expect(403, "InvalidSignatureException", request.replace("x-amz-content-sha256", hash));
  }

  @Test
  void shouldNotTakeAPutWithoutTheHashOfItsBody() {
    expect(403, "InvalidSignatureException", Signing.unsignedPayload().sign("PUT", PUT, BATCH));
  }

  @Test
  void shouldTakeAStreamOfLinesWithoutItsHashOnly() {
    Wire unsigned = Signing.unsignedPayload().sign("POST", PUT, BATCH);
    assertEquals("UNSIGNED-PAYLOAD", unsigned.header("x-amz-content-sha256"));
    assertEquals("200", port.send(unsigned.body(new byte[BATCH.length])));
    expect(403, "InvalidSignatureException", unsigned.method("PUT"));
    expect(403, "IncompleteSignatureException", Signing.header().sign("POST", PUT, BATCH));
    GatedPort.Answer answer =
        expect(
            403,
            "IncompleteSignatureException",
            Signing.header().signAsV1("POST", PUT, List.of(), BATCH));
    assertTrue(answer.text().contains("UNSIGNED-PAYLOAD, or a bearer token"), answer.text());
  }

  // --- bearer

  @Test
  void shouldKnowABearerByTheHashOfHisToken() {
    Wire put = new Wire("PUT", PUT, List.of(), BATCH);
    assertEquals("200", port.send(put.with("Authorization", "Bearer " + GatedPort.TOKEN)));
    assertEquals("200", port.send(put.with("Authorization", "bearer  " + GatedPort.TOKEN + " ")));
    assertEquals(List.of("PUT " + PUT + " by crm", "PUT " + PUT + " by crm"), port.passed);
    for (String token : List.of("secret-toke", "SECRET-TOKEN", "", "\u00e9")) {
      expectNothingNew(403, put.with("Authorization", "Bearer " + token));
    }
  }

  private void expectNothingNew(int status, Wire request) {
    GatedPort.Answer answer = port.answer(request.bytes());
    assertEquals(status, answer.status(), answer.text());
    assertEquals(2, port.passed.size());
  }

  // --- rights

  @Test
  void shouldDenyWhatAKeyHasNoRightTo() {
    Signing reader = Signing.header().by("AKIDREADER", "reader-secret");
    assertEquals("200", port.send(reader.sign("GET", "/campaigns/spring", NOTHING)));
    GatedPort.Answer answer = deny(reader.sign("PUT", PUT, BATCH));
    assertTrue(answer.text().contains("lacks the right submit"), answer.text());
    deny(reader.sign("POST", "/campaigns/spring/start", NOTHING));
    deny(reader.signAsV1("PUT", PUT, List.of(), BATCH));
    deny(
        new Wire("GET", "/campaigns/spring", List.of(), NOTHING)
            .with("Authorization", "Bearer " + GatedPort.TOKEN));
    assertTrue(port.isOpen());
  }

  private GatedPort.Answer deny(Wire request) {
    GatedPort.Answer answer = port.answer(request.bytes());
    assertEquals("AccessDeniedException", answer.code(), answer.text());
    assertEquals(403, answer.status());
    assertFalse(answer.closes());
    return answer;
  }

  @Test
  void shouldSayNothingOfAKeysRightsToWhoHasItNot() {
    Signing thief = Signing.header().by("AKIDREADER", "guessed-secret");
    expect(403, "InvalidSignatureException", thief.sign("PUT", PUT, BATCH));
    expect(403, "InvalidSignatureException", thief.signAsV1("PUT", PUT, List.of(), BATCH));
    assertTrue(port.isOpen(), "the door never heard of it");
  }

  @Test
  void shouldKeepAKeyToItsCampaigns() {
    Signing spring = Signing.header().by("AKIDSPRING", "spring-secret");
    assertEquals("200", port.send(spring.sign("PUT", PUT, BATCH)));
    assertEquals("200", port.send(spring.sign("GET", "/campaigns/a%2Fb/spool", NOTHING)));
    assertEquals(
        "200",
        port.send(
            spring.sign(
                "GET",
                "/tags/arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A1%3Acampaign%2Fspring",
                NOTHING)));
    deny(spring.sign("PUT", "/campaigns/summer/dial-requests", BATCH));
    deny(spring.sign("PUT", "/campaigns/a/b/dial-requests", BATCH));
    deny(spring.sign("GET", "/spool", NOTHING));
    deny(spring.sign("POST", "/campaigns-state", BATCH));
    deny(spring.sign("PUT", "/campaigns", BATCH));
  }

  private GatedPort.Answer expect(int status, String code, Wire request) {
    int passedBefore = port.passed.size();
    int refusedBefore = port.refused.size();
    GatedPort.Answer answer = port.answer(request.bytes());
    assertEquals(code, answer.code(), answer.text());
    assertEquals(status, answer.status());
    assertTrue(answer.text().contains("x-amzn-RequestId: "), answer.text());
    assertTrue(answer.text().contains("{\"message\":\""), answer.text());
    assertFalse(answer.text().contains("-secret"), answer.text());
    assertEquals(passedBefore, port.passed.size());
    assertEquals(code, port.refused.get(refusedBefore));
    return answer;
  }
}
