package io.dialspool.target;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Shows a running Dialspool who calls. Any thread. */
public interface Identification {
  /** Says nothing, which does where nobody asks. */
  Identification NONE = (request, nowMs) -> {};

  /**
   * Adds what proves who sends a request.
   *
   * @param request about to be written: method, path and content type are there, nothing of these
   *     may change afterwards
   * @param nowMs wall clock; milliseconds since 1970
   */
  void sign(HttpRequest request, long nowMs);

  /**
   * A whole request with that proof; query and body are covered by it, if it covers anything.
   *
   * @param contentType empty for none
   * @param nowMs wall clock; milliseconds since 1970
   */
  default FullHttpRequest signed(
      String method, String pathAndQuery, String contentType, byte[] body, long nowMs) {
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(method),
            pathAndQuery,
            Unpooled.wrappedBuffer(body));
    if (!contentType.isEmpty()) {
      request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    sign(request, nowMs);
    return request;
  }

  static Identification withBearer(String token) {
    return (request, nowMs) ->
        request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
  }

  /**
   * SigV4 over everything but the body. Source: contract section 6.
   *
   * @param endpoint that is called: scheme, host and port
   * @param region for the signature's scope
   * @param sessionToken empty for none
   */
  static Identification withKey(
      URI endpoint, String region, String keyId, String secret, String sessionToken) {
    AwsCredentialsIdentity credentials =
        sessionToken.isEmpty()
            ? AwsCredentialsIdentity.create(keyId, secret)
            : AwsSessionCredentialsIdentity.create(keyId, secret, sessionToken);
    var signer = new RequestSigner(endpoint, region);
    return new Identification() {
      @Override
      public void sign(HttpRequest request, long nowMs) {
        signer.signHead(request, nowMs, credentials);
      }

      @Override
      public FullHttpRequest signed(
          String method, String pathAndQuery, String contentType, byte[] body, long nowMs) {
        return signer.signed(method, pathAndQuery, contentType, body, nowMs, credentials);
      }
    };
  }
}
