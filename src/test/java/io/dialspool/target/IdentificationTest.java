package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentificationTest {
  private static final String PATH = "/campaigns/a%20b%2Fc/dial-requests";

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8025,              127.0.0.1:8025",
    "https://dialspool.example.com,      dialspool.example.com",
    "https://dialspool.example.com:8443, dialspool.example.com:8443",
    "http://dialspool.example.com:80,    dialspool.example.com:80",
  })
  void shouldSignAllButTheBody(String endpoint, String host) throws GeneralSecurityException {
    HttpRequest request = request();
    Identification.withKey(URI.create(endpoint), "eu-west-2", "AKIDEXAMPLE", "example-secret", "")
        .sign(request, FixedClock.NOON_MS);
    assertEquals(host, request.headers().get("Host"));
    assertEquals("20261120T120000Z", request.headers().get("X-Amz-Date"));
    assertEquals("UNSIGNED-PAYLOAD", request.headers().get("x-amz-content-sha256"));
    String authorization = request.headers().get("Authorization");
    String signed = authorization.replaceFirst(".*SignedHeaders=([^,]+),.*", "$1");
    for (String name : new String[] {"host", "x-amz-date", "content-type"}) {
      assertTrue((";" + signed + ";").contains(";" + name + ";"), authorization);
    }
    var headers = new TreeMap<String, String>();
    request
        .headers()
        .forEach(
            header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
    assertEquals(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/eu-west-2/connect-campaigns/aws4_request,"
            + " SignedHeaders="
            + signed
            + ", Signature="
            + SignatureCheck.signature(
                "POST", PATH, headers, signed, new byte[0], "example-secret", "eu-west-2"),
        authorization);
  }

  @Test
  void shouldSignASessionTokenToo() {
    HttpRequest request = request();
    Identification.withKey(URI.create("http://localhost:1"), "us-east-1", "id", "secret", "session")
        .sign(request, FixedClock.NOON_MS);
    assertEquals("session", request.headers().get("X-Amz-Security-Token"));
    assertTrue(request.headers().get("Authorization").contains("x-amz-security-token"));
  }

  @Test
  void shouldShowATokenAsItIs() {
    HttpRequest request = request();
    Identification.withBearer("t0ken").sign(request, FixedClock.NOON_MS);
    assertEquals("Bearer t0ken", request.headers().get("Authorization"));
    assertFalse(request.headers().contains("X-Amz-Date"));
  }

  @Test
  void shouldSayNothingWhenItIsNobody() {
    HttpRequest request = request();
    Identification.NONE.sign(request, FixedClock.NOON_MS);
    assertNull(request.headers().get("Authorization"));
  }

  private static HttpRequest request() {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
    request.headers().set("Content-Type", "application/x-ndjson");
    return request;
  }
}
