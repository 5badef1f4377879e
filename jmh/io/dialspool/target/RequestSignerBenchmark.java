package io.dialspool.target;

import io.dialspool.ring.SampleRequests;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Cost of signing one full call, beside the same request unsigned.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="RequestSigner -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestSignerBenchmark {
  private static final String HOST = "connect-campaigns.us-east-1.amazonaws.com";
  private static final String PATH =
      "/campaigns/" + SampleRequests.CAMPAIGN.value() + "/dial-requests";

  private final byte[] body = BatchBody.at(SampleBatch.full(), SampleRequests.NOW_MS);
  private final RequestSigner signer =
      new RequestSigner(URI.create("https://" + HOST), "us-east-1");
  private final AwsCredentialsIdentity credentials =
      AwsCredentialsIdentity.create("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

  @Benchmark
  public FullHttpRequest baseline() {
    var request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.PUT, PATH, Unpooled.wrappedBuffer(body));
    request
        .headers()
        .set(HttpHeaderNames.HOST, HOST)
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return request;
  }

  @Benchmark
  public FullHttpRequest sign() {
    return signer.signed("PUT", PATH, "application/json", body, SampleRequests.NOW_MS, credentials);
  }
}
