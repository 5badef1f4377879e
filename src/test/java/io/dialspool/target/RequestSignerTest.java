package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.TargetConfig;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

class RequestSignerTest {
  private static final String SECRET = "example-secret";
  private static final String HOST = "connect-campaigns.us-east-1.amazonaws.com";
  private static final String TAGS =
      "/tags/arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A123456789012%3Acampaign%2Fc-1";
  private static final byte[] BODY =
      ("{\"dialRequests\":[{\"clientToken\":\"t1\",\"phoneNumber\":\"+15550100\","
              + "\"expirationTime\":\"2026-11-20T12:05:00Z\",\"attributes\":{}}]}")
          .getBytes(StandardCharsets.UTF_8);
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/connect-campaigns/aws4_request,"
              + " SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})");

  @Test
  void shouldJudgeByTheContractsTestVectors() throws GeneralSecurityException {
    var headers = Map.of("host", HOST, "x-amz-date", "20261120T120000Z");
    assertEquals(
        "f0ec251a3451f937ae5038149e403a405be703ddaa5e89cd0026f3827ed99ba7",
        SignatureCheck.signature(
            "GET", TAGS, headers, "host;x-amz-date", new byte[0], SECRET, "us-east-1"));
    assertEquals(
        "d273b7e1d3e42ca8499fb8d8ed034da62e3cde2fdb3adcf352e1368d849e940f",
        SignatureCheck.signature(
            "DELETE",
            TAGS + "?tagKeys=k%2F2&tagKeys=a%2Bb",
            headers,
            "host;x-amz-date",
            new byte[0],
            SECRET,
            "us-east-1"));
    var withType = new TreeMap<>(headers);
    withType.put("content-type", "application/json");
    assertEquals(
        "dff1ae3ef410153f371ab1101000e9e16cd4da66be5d5366d1069b0dc430bc49",
        SignatureCheck.signature(
            "PUT",
            "/campaigns/c-1/dial-requests",
            withType,
            "content-type;host;x-amz-date",
            BODY,
            SECRET,
            "us-east-1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT /campaigns/c-1/dial-requests",
        "PUT /campaigns/a%20b%3Ac%2Fd/dial-requests",
        "PUT /campaigns/../dial-requests",
        "PUT /campaigns//dial-requests",
        "DELETE " + TAGS + "?tagKeys=k%2F2&tagKeys=a%2Bb",
        "POST /campaigns-summary"
      })
  void shouldSignThePathAsItIsSent(String call) throws GeneralSecurityException {
    String method = call.substring(0, call.indexOf(' '));
    String target = call.substring(call.indexOf(' ') + 1);
    FullHttpRequest request = signed(method, target, method.equals("PUT") ? BODY : new byte[0]);
    assertEquals(target, request.uri());
    assertSigned(request);
  }

  @Test
  void shouldSendTheQueryAsItWasSigned() throws GeneralSecurityException {
    FullHttpRequest request = signed("DELETE", TAGS + "?tagKeys=a/b&&x", new byte[0]);
    assertEquals(TAGS + "?tagKeys=a%2Fb&x=", request.uri());
    assertSigned(request);
  }

  @Test
  void shouldNameHostWithPortAndItself() {
    var signer = new RequestSigner(URI.create("http://127.0.0.1:8027"), "us-east-1");
    FullHttpRequest request =
        signer.signed(
            "GET", "/campaigns/c-1", "", new byte[0], 0, credentials(TargetConfig.DEFAULT));
    assertEquals("127.0.0.1:8027", request.headers().get("Host"));
    assertEquals("dialspool", request.headers().get("User-Agent"));
    assertEquals("0", request.headers().get("Content-Length"));
    assertNull(request.headers().get("Content-Type"));
    assertTrue(
        String.valueOf(request.headers().get("Authorization"))
            .startsWith("AWS4-HMAC-SHA256 Credential=dialspool/19700101/us-east-1/"));
  }

  @Test
  void shouldSignTheSessionToken() throws GeneralSecurityException {
    FullHttpRequest request =
        new RequestSigner(URI.create("https://" + HOST), "us-east-1")
            .signed(
                "GET", TAGS, "", new byte[0], FixedClock.NOON_MS, credentials(config("session")));
    assertEquals("session", request.headers().get("X-Amz-Security-Token"));
    assertTrue(assertSigned(request).contains("x-amz-security-token"));
  }

  private static FullHttpRequest signed(String method, String target, byte[] body) {
    return new RequestSigner(URI.create("https://" + HOST), "us-east-1")
        .signed(
            method, target, "application/json", body, FixedClock.NOON_MS, credentials(config("")));
  }

  private static AwsCredentialsIdentity credentials(TargetConfig config) {
    return Objects.requireNonNull(CredentialsChain.fixed(config));
  }

  private static TargetConfig config(String sessionToken) {
    return new TargetConfig(
        "connect-campaigns", "", "us-east-1", "AKIDEXAMPLE", SECRET, sessionToken, 10, 100, 100, 1);
  }

  private static String assertSigned(FullHttpRequest request) throws GeneralSecurityException {
    var headers = new TreeMap<String, String>();
    request.headers().forEach(h -> headers.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
    assertEquals("20261120T120000Z", headers.get("x-amz-date"));
    Matcher authorization = AUTHORIZATION.matcher(headers.getOrDefault("authorization", ""));
    assertTrue(authorization.matches(), headers.toString());
    assertEquals(
        SignatureCheck.signature(
            request.method().name(),
            request.uri(),
            headers,
            authorization.group(1),
            ByteBufUtil.getBytes(request.content()),
            SECRET,
            "us-east-1"),
        authorization.group(2));
    return authorization.group(1);
  }
}
