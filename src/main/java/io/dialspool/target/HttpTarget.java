package io.dialspool.target;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.dialspool.config.TargetConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.time.Clock;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * The target over HTTP, signed; the embedded service and Amazon's own alike. One attempt per call,
 * and exactly one reply, on one event loop of the group given; after {@link #close} too, unless
 * that loop has ended while calls were under way: close this first.
 *
 * <p>Bodies, deadlines and signatures are made when a connection is at hand, on the target's clock:
 * a call that waited for its connection doesn't leave with yesterday's expiry.
 */
public final class HttpTarget implements Target {
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int FORWARD_BYTES_MAX = 6 << 20;
  private static final String JSON = "application/json";

  private final TargetIdentity identity;
  private final Clock clock;
  private final TargetClock targetClock = new TargetClock();
  private final RequestSigner signer;
  private final ConnectionPool connections;

  private HttpTarget(
      TargetConfig config,
      TargetIdentity identity,
      URI endpoint,
      EventLoopGroup loops,
      Clock clock,
      @Nullable SslContext tls) {
    this.identity = identity;
    this.clock = clock;
    this.signer = new RequestSigner(endpoint, config);
    this.connections =
        new ConnectionPool(
            loops.next(),
            endpoint.getHost(),
            endpoint.getPort() >= 0 ? endpoint.getPort() : tls == null ? 80 : 443,
            tls,
            config.connectionsMax(),
            config.connectTimeoutMs(),
            clock);
  }

  /**
   * Opens the client; connects at the first call.
   *
   * @param endpoint scheme, host and port; null for the one in the configuration or, of {@code
   *     connect-campaigns}, the one that follows from the region
   * @param loops of Netty's NIO transport; owned by the caller, to be shut down after this
   * @throws IllegalArgumentException if there is no endpoint or it is no {@code http} or {@code
   *     https} URL
   */
  public static HttpTarget open(
      TargetConfig config,
      TargetIdentity identity,
      @Nullable URI endpoint,
      EventLoopGroup loops,
      Clock clock) {
    URI whole = endpoint == null ? endpoint(config) : endpoint;
    return open(config, identity, whole, loops, clock, null);
  }

  /**
   * The same with TLS settings given.
   *
   * @param tls for {@code https}: who is trusted; null for the authorities that Java trusts
   */
  public static HttpTarget open(
      TargetConfig config,
      TargetIdentity identity,
      URI endpoint,
      EventLoopGroup loops,
      Clock clock,
      @Nullable SslContext tls) {
    if (endpoint.getHost() == null || (!isTls(endpoint) && !"http".equals(endpoint.getScheme()))) {
      throw new IllegalArgumentException(
          "target.endpoint: " + endpoint + " (expected: http:// or https://, host and port)");
    }
    SslContext needed = !isTls(endpoint) ? null : tls == null ? tls() : tls;
    return new HttpTarget(config, identity, endpoint, loops, clock, needed);
  }

  /**
   * Where calls go when nobody says otherwise.
   *
   * @throws IllegalArgumentException of {@code embedded} without an endpoint
   */
  public static URI endpoint(TargetConfig config) {
    if (!config.endpoint().isEmpty()) {
      return URI.create(config.endpoint());
    }
    if (config.kind().equals("embedded")) {
      throw new IllegalArgumentException(
          "target.endpoint:  (expected: the embedded service's address)");
    }
    return URI.create("https://connect-campaigns." + config.region() + ".amazonaws.com");
  }

  private static boolean isTls(URI endpoint) {
    return "https".equals(endpoint.getScheme().toLowerCase(Locale.ROOT));
  }

  private static SslContext tls() {
    try {
      return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
    } catch (SSLException e) {
      throw new IllegalStateException("This Java has no TLS: " + e.getMessage(), e);
    }
  }

  @Override
  public TargetIdentity identity() {
    return identity;
  }

  @Override
  public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
    String path =
        "/campaigns/" + SdkHttpUtils.urlEncode(batch.campaign().value()) + "/dial-requests";
    connections.call(
        new Exchange(
            () -> {
              long nowMs = nowOnTargetMs();
              return batch.maySendAt(nowMs)
                  ? signer.signed("PUT", path, JSON, BatchBody.at(batch, nowMs), nowMs)
                  : null;
            },
            ANSWER_BYTES_MAX,
            ended -> onReply.accept(ReplyReader.ofBatch(learntFrom(ended), batch))),
        timeoutNs);
  }

  @Override
  public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
    List<CampaignId> asked = List.copyOf(campaigns);
    byte[] body =
        asked.stream()
            .map(id -> new String(JsonStringEncoder.getInstance().quoteAsString(id.value())))
            .collect(Collectors.joining("\",\"", "{\"campaignIds\":[\"", "\"]}"))
            .getBytes(StandardCharsets.UTF_8);
    connections.call(
        new Exchange(
            () -> signer.signed("POST", "/campaigns-state", JSON, body, nowOnTargetMs()),
            ANSWER_BYTES_MAX,
            ended -> onReply.accept(ReplyReader.ofStates(learntFrom(ended), asked))),
        timeoutNs);
  }

  @Override
  public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
    connections.call(
        new Exchange(
            () ->
                signer.signed(
                    call.method(),
                    call.pathAndQuery(),
                    call.contentType(),
                    call.body(),
                    nowOnTargetMs()),
            FORWARD_BYTES_MAX,
            ended -> onAnswer.accept(ReplyReader.ofRaw(learntFrom(ended)))),
        timeoutNs);
  }

  @Override
  public long clockOffsetMs() {
    return targetClock.offsetMs();
  }

  @Override
  public void close() {
    connections.close();
  }

  private long nowOnTargetMs() {
    return clock.epochMs() + targetClock.offsetMs();
  }

  // Before the caller is told, so that its next attempt has the right time already.
  private Ended learntFrom(Ended ended) {
    if (ended instanceof Ended.Answer answer) {
      long dateMs = dateMs(answer.header("Date"));
      if (dateMs >= 0) {
        targetClock.learn(
            dateMs, answer.sentAtMs(), answer.answeredAtMs(), ReplyReader.isRefusedForTime(answer));
      }
    }
    return ended;
  }

  private static long dateMs(String date) {
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)).toEpochMilli();
    } catch (DateTimeException e) {
      return -1;
    }
  }
}
