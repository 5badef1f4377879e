package io.dialspool.target;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
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
    return (request, nowMs) -> signer.signHead(request, nowMs, credentials);
  }
}
