package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one put's way from bytes to messages, with a body of 200 bytes: its head read, and known
 * again. The baseline is Netty's decoder alone; all three have the embedded channel around them.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="HttpCodec -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HttpCodecBenchmark {
  private static final int BODY_BYTES = 200;
  private static final ByteBuf PUT =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer(
              "PUT /campaigns/6e5c2f6a-7b0f-4c1e-9f0a-3d1c9a4b7e21/dial-requests HTTP/1.1\r\n"
                  + "Host: 127.0.0.1:8025\r\nContent-Type: application/json\r\n"
                  + "User-Agent: leads/1.0\r\nContent-Length: "
                  + BODY_BYTES
                  + "\r\n\r\n"
                  + " ".repeat(BODY_BYTES),
              StandardCharsets.US_ASCII));

  private final EmbeddedChannel ofNetty = new EmbeddedChannel(new HttpRequestDecoder());
  private final HttpCodec forgetful = new HttpCodec(new HttpDecoderConfig(), false);
  private final EmbeddedChannel ofForgetful = new EmbeddedChannel(forgetful);
  private final HttpCodec learned = new HttpCodec(new HttpDecoderConfig(), true);
  private final EmbeddedChannel ofLearned = new EmbeddedChannel(learned);

  public HttpCodecBenchmark() {
    ofLearned.writeInbound(PUT.duplicate());
    HttpRequest first = ofLearned.readInbound();
    learned.beginAnswer(first);
    learned.remember(first, "known");
    ofLearned.releaseInbound();
    ofLearned.writeInbound(PUT.duplicate());
    if (!(ofLearned.inboundMessages().peek() instanceof KnownRequest)) {
      throw new IllegalStateException("not known again");
    }
    take(ofLearned, learned);
  }

  @TearDown
  public void close() {
    ofNetty.finishAndReleaseAll();
    ofForgetful.finishAndReleaseAll();
    ofLearned.finishAndReleaseAll();
  }

  @Benchmark
  public int baseline() {
    ofNetty.writeInbound(PUT.duplicate());
    int messages = ofNetty.inboundMessages().size();
    ofNetty.releaseInbound();
    return messages;
  }

  @Benchmark
  public int read() {
    ofForgetful.writeInbound(PUT.duplicate());
    return take(ofForgetful, forgetful);
  }

  @Benchmark
  public int known() {
    ofLearned.writeInbound(PUT.duplicate());
    return take(ofLearned, learned);
  }

  private static int take(EmbeddedChannel channel, HttpCodec codec) {
    int messages = 0;
    for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
      codec.beginAnswer(message);
      ReferenceCountUtil.release(message);
      messages++;
    }
    return messages;
  }
}
