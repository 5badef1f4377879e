package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The vectors of contract section 6. */
class SignatureVectorsTest {
  private static final String TAGS =
      "/tags/arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A123456789012%3Acampaign%2Fc-1";
  private static final String BODY =
      "{\"dialRequests\":[{\"clientToken\":\"t1\",\"phoneNumber\":\"+15550100\","
          + "\"expirationTime\":\"2026-11-20T12:05:00Z\",\"attributes\":{}}]}";

  private final Sha256 sha = new Sha256();

  @Test
  void shouldDeriveTheSigningKey() {
    byte[] key =
        new Secret("example-secret", "")
            .signingKey(
                new Scope("AKIDEXAMPLE", "20261120", "us-east-1", "connect-campaigns"), sha);
    assertEquals(
        "c1955dba635c186f24a364d8100130502ac308d9b0dabcd322cc360dbc2a87f1", Sha256.hex(key));
  }

  @Test
  void shouldEncodeThePathOnceMore() throws Refusal {
    expect(
        "GET",
        TAGS,
        "host;x-amz-date",
        "",
        "e8c36dbddc744881f251e0af176167ba1a8a919b45dc7a365d0fb29654bcbd2d",
        "f0ec251a3451f937ae5038149e403a405be703ddaa5e89cd0026f3827ed99ba7");
  }

  @Test
  void shouldSortARepeatedKeyByItsValues() throws Refusal {
    expect(
        "DELETE",
        TAGS + "?tagKeys=k%2F2&tagKeys=a%2Bb",
        "host;x-amz-date",
        "",
        "38b5e1a725303ba22afb90fc4554a4c4ed5f1a9944c0eb167e8b762000dad709",
        "d273b7e1d3e42ca8499fb8d8ed034da62e3cde2fdb3adcf352e1368d849e940f");
  }

  @Test
  void shouldSignABodyByItsHash() throws Refusal {
    expect(
        "PUT",
        "/campaigns/c-1/dial-requests",
        "content-type;host;x-amz-date",
        BODY,
        "cbacbae43324bd2673d7ee5825288b53771c10a05e2d980029b0683849e6ee56",
        "dff1ae3ef410153f371ab1101000e9e16cd4da66be5d5366d1069b0dc430bc49");
  }

  private void expect(
      String method,
      String target,
      String signedHeaders,
      String body,
      String canonicalHash,
      String signature)
      throws Refusal {
    HttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target);
    head.headers().set("host", Signing.HOST).set("x-amz-date", "20261120T120000Z");
    head.headers().set("content-type", "application/json");
    var canonical =
        CanonicalRequest.of(head, Query.of(target), List.of(signedHeaders.split(";", -1)));
    String bodyHash = Sha256.hex(sha.of(body.getBytes(StandardCharsets.UTF_8)));
    assertEquals(canonicalHash, Sha256.hex(sha.of(canonical.bytes(bodyHash))));

    var request =
        new Wire(method, target, List.of(), body.getBytes(StandardCharsets.UTF_8))
            .with("Host", Signing.HOST)
            .with("X-Amz-Date", "20261120T120000Z")
            .with("Content-Type", "application/json")
            .with(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/connect-campaigns/aws4_request, SignedHeaders="
                    + signedHeaders
                    + ", Signature="
                    + signature);
    try (var port = new GatedPort()) {
      assertEquals("200", port.send(request));
      assertEquals(List.of(method + " " + target + " by AKIDEXAMPLE"), port.passed);
    }
  }
}
