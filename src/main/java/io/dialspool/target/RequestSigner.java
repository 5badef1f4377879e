package io.dialspool.target;

import io.dialspool.http.HttpCall;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Writes requests to one endpoint and signs them with SigV4. Source: contract section 6. AWS's
 * signer does the arithmetic; it signs {@code x-amz-content-sha256} beside host, date and content
 * type.
 */
final class RequestSigner {
  private static final String SERVICE = "connect-campaigns";

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final URI endpoint;
  private final String region;

  /**
   * @param endpoint scheme, host and port
   */
  RequestSigner(URI endpoint, String region) {
    this.endpoint = endpoint;
    this.region = region;
  }

  /**
   * @param pathAndQuery raw, percent-encoded; the path goes out as it is, the query is written anew
   *     so that what is sent is what was signed
   * @param contentType empty for none
   * @param nowMs on the target's clock
   */
  FullHttpRequest signed(
      String method,
      String pathAndQuery,
      String contentType,
      byte[] body,
      long nowMs,
      AwsCredentialsIdentity credentials) {
    int question = pathAndQuery.indexOf('?');
    String path = question < 0 ? pathAndQuery : pathAndQuery.substring(0, question);
    SdkHttpRequest.Builder wanted = wanted(endpoint.getScheme(), method, path, contentType);
    var query = new StringBuilder();
    if (question >= 0) {
      for (String pair : pathAndQuery.substring(question + 1).split("&", -1)) {
        if (pair.isEmpty()) {
          continue;
        }
        int equals = pair.indexOf('=');
        String name = HttpCall.decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : HttpCall.decoded(pair.substring(equals + 1));
        wanted.appendRawQueryParameter(name, value);
        query
            .append(query.length() == 0 ? '?' : '&')
            .append(SdkHttpUtils.urlEncode(name))
            .append('=')
            .append(SdkHttpUtils.urlEncode(value));
      }
    }
    SdkHttpRequest signed =
        signer
            .sign(
                request(wanted, nowMs, credentials)
                    .payload(ContentStreamProvider.fromByteArrayUnsafe(body)) // it only reads
                    .build())
            .request();
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(method),
            path + query,
            Unpooled.wrappedBuffer(body));
    signed.headers().forEach((name, values) -> request.headers().set(name, values));
    request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    request.headers().set(HttpHeaderNames.USER_AGENT, "dialspool");
    return request;
  }

  /**
   * Signs a request whose body isn't part of what is signed.
   *
   * @param request method, path without a query, and content type are there
   * @param nowMs on the other side's clock
   */
  void signHead(HttpRequest request, long nowMs, AwsCredentialsIdentity credentials) {
    // Over plain HTTP the signer hashes every body, whatever it is told: to it, all is https. It
    // uses the scheme for nothing else, for it writes the Host itself.
    SdkHttpRequest.Builder wanted =
        wanted(
            "https",
            request.method().name(),
            request.uri(),
            request.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
    signer
        .sign(
            request(wanted, nowMs, credentials)
                .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                .build())
        .request()
        .headers()
        .forEach((name, values) -> request.headers().set(name, values));
  }

  private SdkHttpRequest.Builder wanted(
      String scheme, String method, String path, String contentType) {
    SdkHttpRequest.Builder wanted =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(method))
            .protocol(scheme)
            .host(endpoint.getHost())
            .encodedPath(path);
    if (endpoint.getPort() >= 0) {
      wanted.port(endpoint.getPort());
    }
    if (!contentType.isEmpty()) {
      wanted.putHeader("Content-Type", contentType);
    }
    return wanted;
  }

  private SignRequest.Builder<AwsCredentialsIdentity> request(
      SdkHttpRequest.Builder wanted, long nowMs, AwsCredentialsIdentity credentials) {
    return SignRequest.builder(credentials)
        .request(wanted.build())
        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
        // A campaign's id may be "..": the path is signed as it is sent.
        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
        .putProperty(
            HttpSigner.SIGNING_CLOCK, Clock.fixed(Instant.ofEpochMilli(nowMs), ZoneOffset.UTC));
  }
}
