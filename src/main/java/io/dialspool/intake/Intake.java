package io.dialspool.intake;

import com.lmax.disruptor.RingBuffer;
import io.dialspool.config.IntakeConfig;
import io.dialspool.http.BytesBudget;
import io.dialspool.http.Entrance;
import io.dialspool.http.HttpCall;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.HttpServer;
import io.dialspool.ring.DialSlot;
import io.dialspool.time.Clock;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The data port: takes dial requests over HTTP into the ring and answers once they are synced;
 * recalls, status and the campaign API's other operations beside it. Assumes that a consumer of the
 * ring calls the {@link AcknowledgeStage} after the spool stage. Then no answer names a request as
 * accepted that isn't synced. Source: api.md, contract.
 */
public final class Intake implements AutoCloseable {
  private static final long CLOSE_WAIT_MS = 5_000;

  /** Each reads the disk a few times a second at most. */
  private static final int FEEDS_MAX = 64;

  final IntakeConfig config;
  final RingBuffer<DialSlot> ring;
  final Backstage backstage;
  final Clock clock;
  final IntakeMeters meters;
  final BytesBudget budget;

  /**
   * For the bodies of batches that come in pieces, until their last one: whoever sends slowly takes
   * no room from those who don't.
   */
  final BytesBudget unfinished;

  /** Of calls with small bodies: those that never end shall not keep dial requests out. */
  final BytesBudget callBudget;

  private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
  private final Set<LineUpload> uploads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger feeds = new AtomicInteger();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private volatile boolean draining;
  private @Nullable HttpServer server;

  private Intake(
      IntakeConfig config,
      RingBuffer<DialSlot> ring,
      Backstage backstage,
      Clock clock,
      IntakeMeters meters) {
    this.config = config;
    this.ring = ring;
    this.backstage = backstage;
    this.clock = clock;
    this.meters = meters;
    this.budget = new BytesBudget(config.bufferedBytesMax());
    this.unfinished =
        new BytesBudget(Math.max(config.bodyBytesMax(), config.bufferedBytesMax() / 2));
    this.callBudget = new BytesBudget(config.bufferedBytesMax() / 4);
  }

  /**
   * Binds and listens.
   *
   * @param loops Netty's NIO event loops, owned by the caller; {@link IntakeConfig#threads} of them
   * @param ring multi-producer; its slots are built once
   * @throws io.dialspool.http.PortUnavailableException if the port can't be bound
   */
  public static Intake start(
      IntakeConfig config,
      Entrance entrance,
      EventLoopGroup loops,
      RingBuffer<DialSlot> ring,
      Backstage backstage,
      Clock clock,
      IntakeMeters meters) {
    Intake intake = unbound(config, ring, backstage, clock, meters);
    intake.server =
        HttpServer.start(
            config.address(),
            config.port(),
            loops,
            intake.limits(),
            entrance,
            () -> new Door(intake));
    return intake;
  }

  /** Without a port: its connections are brought by {@link #fit}. */
  static Intake unbound(
      IntakeConfig config,
      RingBuffer<DialSlot> ring,
      Backstage backstage,
      Clock clock,
      IntakeMeters meters) {
    var intake = new Intake(config, ring, backstage, clock, meters);
    meters.ringFree(() -> (int) ring.remainingCapacity());
    return intake;
  }

  /** Makes a connection of the pipeline's channel, as the port does with each. On its loop. */
  void fit(ChannelPipeline pipeline, Entrance entrance) {
    HttpServer.fit(pipeline, limits(), entrance, () -> new Door(this));
  }

  /**
   * Answers a call with a small body that came in by another port of the process. On the event loop
   * of its connection, which must be one of those that {@link #start} got.
   */
  public void answer(HttpCall call) {
    Channel channel = call.channel();
    new CallRouter(this, loop(channel.eventLoop()), channel).route(call);
  }

  private HttpLimits limits() {
    return new HttpLimits(
        config.connectionsMax(),
        config.idleMs(),
        HttpLimits.DEFAULT.headerBytesMax(),
        config.bodyBytesMax());
  }

  /** As a client on this machine reaches it, {@code http://127.0.0.1:8025}. */
  public String url() {
    return server().url();
  }

  /** Connections open now; any thread. */
  public int connections() {
    return server().connections();
  }

  /**
   * From now on new requests get 503 ServiceUnavailable and streams of lines end with that error;
   * what is in the ring is still answered. Returns at once; any thread; again does nothing.
   */
  public void stop() {
    draining = true;
    for (LineUpload upload : uploads) {
      upload.drainSoon();
    }
    if (running.get() == 0) {
      idle.complete(null);
    }
  }

  /**
   * Stops, waits up to 5 s for running answers, closes every connection. Call while the ring is
   * still consumed.
   */
  @Override
  public void close() {
    stop();
    try {
      idle.get(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // What isn't answered by now loses its connection: its sender has to send it again.
    }
    server().close();
  }

  private HttpServer server() {
    HttpServer started = server;
    if (started == null) {
      throw new IllegalStateException("not started");
    }
    return started;
  }

  /** Answers and streams under way. */
  int running() {
    return running.get();
  }

  boolean isDraining() {
    return draining;
  }

  Loop loop(EventLoop loop) {
    return loops.computeIfAbsent(loop, its -> new Loop(its, this));
  }

  void beginAnswer() {
    running.incrementAndGet();
  }

  void endAnswer() {
    if (running.decrementAndGet() == 0 && draining) {
      idle.complete(null);
    }
  }

  /** Whether one more reader of a feed may come; {@link #endFeed} must follow then. */
  boolean beginFeed() {
    if (feeds.incrementAndGet() > FEEDS_MAX) {
      feeds.decrementAndGet();
      return false;
    }
    beginAnswer();
    return true;
  }

  void endFeed() {
    feeds.decrementAndGet();
    endAnswer();
  }

  void beginUpload(LineUpload upload) {
    beginAnswer();
    uploads.add(upload);
    if (draining) {
      upload.drainSoon();
    }
  }

  void endUpload(LineUpload upload) {
    if (uploads.remove(upload)) {
      endAnswer();
    }
  }

  /** What became of a slot's items, or of a line. */
  void count(int accepted, int duplicates, int invalid, int collided) {
    if (accepted > 0) {
      meters.accepted(accepted);
    }
    if (duplicates > 0) {
      meters.duplicates(duplicates);
    }
    if (invalid > 0) {
      meters.refused("InvalidInput", invalid);
    }
    if (collided > 0) {
      meters.refused("UnknownError", collided);
    }
  }
}
