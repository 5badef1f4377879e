package io.dialspool.whole;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Signs a GET of our own calls, for which no SDK has an operation. */
final class SignedHeaders {
  private SignedHeaders() {}

  /** What a client has to send beside {@code Host}. */
  static Map<String, String> of(String accessKeyId, String secret, String url, String path) {
    URI uri = URI.create(url + path);
    var signed =
        AwsV4HttpSigner.create()
            .sign(
                SignRequest.builder(AwsCredentialsIdentity.create(accessKeyId, secret))
                    .request(SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(uri).build())
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "connect-campaigns")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                    .build());
    var headers = new TreeMap<String, String>();
    signed.request().headers().forEach((name, values) -> headers.put(name, values.get(0)));
    headers.remove("Host"); // the client's own, and the same
    return headers;
  }
}
