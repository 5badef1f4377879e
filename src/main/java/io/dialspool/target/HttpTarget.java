package io.dialspool.target;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigException;
import io.dialspool.config.TargetConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.time.Clock;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
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

  /** How long a first call waits for credentials. */
  private static final long CREDENTIALS_PATIENCE_NS = 5_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(HttpTarget.class);

  private final TargetIdentity identity;
  private final Clock clock;
  private final EventLoop loop;
  private final TargetClock targetClock = new TargetClock();
  private final RequestSigner signer;
  private final ConnectionPool connections;
  private final @Nullable AwsCredentialsIdentity fixed;
  private final ThreadPoolExecutor fetching;
  private final CredentialsSource credentials;

  // On the loop only.
  private String lastDate = "";
  private long lastDateMs = -1;

  private HttpTarget(
      String name,
      TargetConfig config,
      TargetIdentity identity,
      URI endpoint,
      EventLoopGroup loops,
      Clock clock,
      @Nullable SslContext tls,
      Consumer<String> alarm) {
    this.identity = identity;
    this.clock = clock;
    this.loop = loops.next();
    this.signer = new RequestSigner(endpoint, config.region());
    this.fixed = CredentialsChain.fixed(config);
    this.fetching = oneThread("dialspool-credentials-" + name);
    this.credentials =
        new CredentialsSource(
            name, identity.account(), () -> CredentialsChain.fetch(config), fetching, clock, alarm);
    this.connections =
        new ConnectionPool(
            loop,
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
   * @param tls for {@code https}: who is trusted; null for the authorities of the configuration or,
   *     if it names none, those that Java trusts
   */
  public static HttpTarget open(
      TargetConfig config,
      TargetIdentity identity,
      URI endpoint,
      EventLoopGroup loops,
      Clock clock,
      @Nullable SslContext tls) {
    return open(Config.DEFAULT_TARGET, config, identity, endpoint, loops, clock, tls, LOG::warn);
  }

  /**
   * The same under a name of its own.
   *
   * @param name for messages
   * @param alarm told when there are no credentials, by any thread
   * @throws io.dialspool.config.ConfigException if {@code caFile} can't be read
   */
  public static HttpTarget open(
      String name,
      TargetConfig config,
      TargetIdentity identity,
      URI endpoint,
      EventLoopGroup loops,
      Clock clock,
      @Nullable SslContext tls,
      Consumer<String> alarm) {
    if (endpoint.getHost() == null || (!isTls(endpoint) && !"http".equals(endpoint.getScheme()))) {
      throw new IllegalArgumentException(
          "target.endpoint: " + endpoint + " (expected: http:// or https://, host and port)");
    }
    SslContext needed = !isTls(endpoint) ? null : tls == null ? tls(name, config.caFile()) : tls;
    return new HttpTarget(name, config, identity, endpoint, loops, clock, needed, alarm);
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
    return URI.create(
        "https://connect-campaigns"
            + (config.fips() ? "-fips." : ".")
            + config.region()
            + (config.region().startsWith("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com"));
  }

  private static boolean isTls(URI endpoint) {
    return "https".equals(endpoint.getScheme().toLowerCase(Locale.ROOT));
  }

  private static SslContext tls(String name, String caFile) {
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
    try {
      if (!caFile.isEmpty()) {
        builder.trustManager(new File(caFile));
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          List.of(
              (name.equals(Config.DEFAULT_TARGET) ? "target" : "targets." + name)
                  + ".caFile: "
                  + caFile
                  + " (expected: a readable PEM file of certificates)"));
    } catch (SSLException e) {
      throw new IllegalStateException("This Java has no TLS: " + e.getMessage(), e);
    }
  }

  private static ThreadPoolExecutor oneThread(String name) {
    var executor =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(1),
            task -> {
              var thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /**
   * Fetches credentials ahead of the first call, in the background.
   *
   * @param account that they must be of, if they say; empty for the configuration's or whichever
   */
  public void fetchCredentials(String account) {
    if (!account.isEmpty()) {
      credentials.expectAccount(account);
    }
    credentials();
  }

  private @Nullable AwsCredentialsIdentity credentials() {
    return fixed != null ? fixed : credentials.current();
  }

  /** With the account that the credentials have said they are of, once they have. */
  @Override
  public TargetIdentity identity() {
    return fixed != null
        ? identity
        : new TargetIdentity(
            identity.kind(), credentials.account(), identity.region(), identity.endpoint());
  }

  @Override
  public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
    String path = putPath(batch.campaign());
    call(
        (nowMs, signWith) ->
            batch.maySendAt(nowMs) && !targetClock.isStale(TargetClock.Moment.of(clock))
                ? signer.signed("PUT", path, JSON, BatchBody.at(batch, nowMs), nowMs, signWith)
                : null,
        ANSWER_BYTES_MAX,
        timeoutNs,
        ended -> onReply.accept(ReplyReader.ofBatch(ended, batch)));
  }

  @Override
  public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
    List<CampaignId> asked = List.copyOf(campaigns);
    byte[] body = statesBody(asked);
    call(
        (nowMs, signWith) -> signer.signed("POST", "/campaigns-state", JSON, body, nowMs, signWith),
        ANSWER_BYTES_MAX,
        timeoutNs,
        ended -> onReply.accept(ReplyReader.ofStates(ended, asked)));
  }

  static String putPath(CampaignId campaign) {
    return "/campaigns/" + SdkHttpUtils.urlEncode(campaign.value()) + "/dial-requests";
  }

  static byte[] statesBody(List<CampaignId> asked) {
    return asked.stream()
        .map(id -> new String(JsonStringEncoder.getInstance().quoteAsString(id.value())))
        .collect(Collectors.joining("\",\"", "{\"campaignIds\":[\"", "\"]}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
    call(
        (nowMs, signWith) ->
            signer.signed(
                call.method(),
                call.pathAndQuery(),
                call.contentType(),
                call.body(),
                nowMs,
                signWith),
        FORWARD_BYTES_MAX,
        timeoutNs,
        ended -> onAnswer.accept(ReplyReader.ofRaw(ended)));
  }

  /** Makes a request at the moment when a connection is at hand; null if its moment has passed. */
  private interface Writing {
    @Nullable FullHttpRequest at(long nowMs, AwsCredentialsIdentity signWith);
  }

  private void call(Writing writing, int bodyBytesMax, long timeoutNs, Consumer<Ended> onEnd) {
    AwsCredentialsIdentity atHand = credentials();
    if (atHand != null) {
      connections.call(exchange(writing, atHand, bodyBytesMax, onEnd), timeoutNs);
      return;
    }
    long calledAtNs = clock.nanoTime();
    var first = new AtomicBoolean(true);
    Runnable goOn =
        () -> {
          if (first.getAndSet(false)) {
            AwsCredentialsIdentity come = credentials();
            if (come == null) {
              onEnd.accept(new Ended.NotSent("no credentials: " + credentials.trouble(), true));
            } else {
              connections.call(
                  exchange(writing, come, bodyBytesMax, onEnd),
                  timeoutNs - (clock.nanoTime() - calledAtNs));
            }
          }
        };
    try {
      var patience =
          loop.schedule(goOn, Math.min(timeoutNs, CREDENTIALS_PATIENCE_NS), TimeUnit.NANOSECONDS);
      credentials.afterFetch(
          () -> {
            patience.cancel(false);
            onLoop(goOn);
          });
    } catch (RejectedExecutionException e) {
      onLoop(goOn);
    }
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      GlobalEventExecutor.INSTANCE.execute(task);
    }
  }

  private Exchange exchange(
      Writing writing, AwsCredentialsIdentity atHand, int bodyBytesMax, Consumer<Ended> onEnd) {
    var signedWith = new AwsCredentialsIdentity[] {atHand}; // on the loop only
    return new Exchange(
        () -> {
          // They may have changed while the call waited for its connection.
          AwsCredentialsIdentity now = credentials();
          if (now != null) {
            signedWith[0] = now;
          }
          return writing.at(nowOnTargetMs(), signedWith[0]);
        },
        bodyBytesMax,
        ended -> {
          if (ended instanceof Ended.Answer answer && ReplyReader.isRefusedForCredentials(answer)) {
            credentials.refused(signedWith[0]);
          }
          onEnd.accept(learntFrom(ended));
        });
  }

  @Override
  public long clockOffsetMs() {
    return targetClock.offsetMs();
  }

  @Override
  public void close() {
    connections.close();
    credentials.close();
    fetching.shutdownNow();
  }

  private long nowOnTargetMs() {
    return clock.epochMs() + targetClock.offsetMs();
  }

  // Before the caller is told, so that its next attempt has the right time already.
  private Ended learntFrom(Ended ended) {
    if (ended instanceof Ended.Answer answer) {
      long dateMs = dateMs(answer.header("Date")); // in whole seconds, so mostly the last one
      if (dateMs >= 0) {
        targetClock.learn(
            dateMs, answer.sent(), answer.answered(), ReplyReader.isRefusedForTime(answer));
      }
    }
    return ended;
  }

  private long dateMs(String date) {
    if (!date.equals(lastDate)) {
      lastDate = date;
      try {
        lastDateMs = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)).toEpochMilli();
      } catch (DateTimeException e) {
        lastDateMs = -1;
      }
    }
    return lastDateMs;
  }
}
