package io.dialspool.auth;

import com.amazonaws.DefaultRequest;
import com.amazonaws.auth.AWS4Signer;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.http.HttpMethodName;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * AWS's own signers. The one of the SDK for Java v2 sends the payload's hash, the one of v1
 * doesn't.
 */
final class Signing {
  static final String HOST = "connect-campaigns.us-east-1.amazonaws.com";

  String accessKeyId = "AKIDEXAMPLE";
  String secret = "example-secret";
  String sessionToken = "";
  String service = "connect-campaigns";
  String region = "us-east-1";
  Instant at = FixedClock.NOON;
  Duration expires = Duration.ZERO;
  boolean payloadSigned = true;

  static Signing header() {
    return new Signing();
  }

  static Signing presigned(Duration expires) {
    var signing = new Signing();
    signing.expires = expires;
    return signing;
  }

  Signing by(String otherKeyId, String itsSecret) {
    accessKeyId = otherKeyId;
    secret = itsSecret;
    return this;
  }

  /** {@code UNSIGNED-PAYLOAD}. */
  static Signing unsignedPayload() {
    var signing = new Signing();
    signing.payloadSigned = false;
    return signing;
  }

  Signing session(String token) {
    sessionToken = token;
    return this;
  }

  /**
   * @param path as it goes over the wire
   * @param query decoded pairs
   */
  Wire sign(
      String method,
      String path,
      List<Map.Entry<String, String>> query,
      List<Map.Entry<String, String>> headers,
      byte[] body) {
    var wanted =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(method))
            .protocol("https")
            .host(HOST)
            .encodedPath(path);
    query.forEach(pair -> wanted.appendRawQueryParameter(pair.getKey(), pair.getValue()));
    headers.forEach(header -> wanted.appendHeader(header.getKey(), header.getValue()));
    AwsCredentialsIdentity credentials =
        sessionToken.isEmpty()
            ? AwsCredentialsIdentity.create(accessKeyId, secret)
            : AwsSessionCredentialsIdentity.create(accessKeyId, secret, sessionToken);
    var request =
        SignRequest.builder(credentials)
            .request(wanted.build())
            .payload(ContentStreamProvider.fromByteArray(body))
            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
            .putProperty(AwsV4HttpSigner.REGION_NAME, region)
            .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
            .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, payloadSigned)
            .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(at, ZoneOffset.UTC));
    if (!expires.isZero()) {
      request
          .putProperty(
              AwsV4HttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
          .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, expires);
    }
    SdkHttpRequest signed = AwsV4HttpSigner.create().sign(request.build()).request();
    var pairs = new ArrayList<Map.Entry<String, String>>();
    signed
        .rawQueryParameters()
        .forEach((name, values) -> values.forEach(value -> pairs.add(Map.entry(name, value))));
    var sent = new ArrayList<Map.Entry<String, String>>();
    signed
        .headers()
        .forEach((name, values) -> values.forEach(value -> sent.add(Map.entry(name, value))));
    return new Wire(method, path + queryString(pairs), sent, body);
  }

  Wire sign(String method, String path, byte[] body) {
    return sign(method, path, List.of(), List.of(), body);
  }

  /** As the SDK for Java v1 signs: without the payload's hash among the headers. */
  Wire signAsV1(String method, String path, List<Map.Entry<String, String>> query, byte[] body) {
    var request = new DefaultRequest<Void>(service);
    request.setHttpMethod(HttpMethodName.fromValue(method));
    request.setEndpoint(URI.create("https://" + HOST));
    request.setResourcePath(path);
    request.setContent(new ByteArrayInputStream(body));
    query.forEach(pair -> request.addParameter(pair.getKey(), pair.getValue()));
    var signer = new AWS4Signer(at::toEpochMilli);
    signer.setServiceName(service);
    signer.setRegionName(region);
    signer.setOverrideDate(Date.from(at));
    var credentials = new BasicAWSCredentials(accessKeyId, secret);
    if (expires.isZero()) {
      signer.sign(request, credentials);
    } else {
      signer.presignRequest(request, credentials, Date.from(at.plus(expires)));
    }
    var pairs = new ArrayList<Map.Entry<String, String>>();
    request
        .getParameters()
        .forEach((name, values) -> values.forEach(value -> pairs.add(Map.entry(name, value))));
    return new Wire(
        method, path + queryString(pairs), List.copyOf(request.getHeaders().entrySet()), body);
  }

  static String queryString(List<Map.Entry<String, String>> pairs) {
    var query = new StringBuilder();
    for (var pair : pairs) {
      query
          .append(query.length() == 0 ? '?' : '&')
          .append(SdkHttpUtils.urlEncode(pair.getKey()))
          .append('=')
          .append(SdkHttpUtils.urlEncode(pair.getValue()));
    }
    return query.toString();
  }
}
