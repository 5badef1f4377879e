package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Puts a port under load and counts what comes back. */
final class LoadGenerator {
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final long LAST_ANSWERS_NS = 10_000_000_000L;
  private static final long AFTER_CONNECTING_NS = 20_000_000;
  private static final long LOOK_NS = 3_000_000_000L;

  private LoadGenerator() {}

  /**
   * Told, on the caller's thread, some time before the counted time begins, and when it is over.
   */
  interface Window {
    Window NONE =
        new Window() {
          @Override
          public void opened() {}

          @Override
          public void closed() {}
        };

    void opened() throws InterruptedException;

    void closed() throws InterruptedException;
  }

  /** Half of the cores; the other half is the server's. */
  static int loops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** Tells the tokens of one run from those of another. */
  static String newRun() {
    return String.format(Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt());
  }

  /**
   * Runs the whole plan; blocks.
   *
   * @param endpoint {@code http}, host and port
   * @throws UnreachableException if not every connection can be made
   */
  static LoadResult run(LoadPlan plan, URI endpoint, Clock clock) throws InterruptedException {
    return run(plan, endpoint, newRun(), clock, Window.NONE);
  }

  /**
   * The same under tokens that the caller can name.
   *
   * @param run as {@link Tokens#prefix} takes it
   */
  static LoadResult run(LoadPlan plan, URI endpoint, String run, Clock clock, Window window)
      throws InterruptedException {
    Instant expiration = Instant.ofEpochMilli(clock.epochMs()).plus(Duration.ofHours(12));
    String authority = endpoint.getRawAuthority();
    return run(
        plan,
        endpoint,
        connection -> new RequestTemplate(plan, authority, run, connection, expiration),
        clock,
        window);
  }

  /** The same with requests of another kind. */
  static LoadResult run(
      LoadPlan plan, URI endpoint, Requests.Source source, Clock clock, Window window)
      throws InterruptedException {
    List<SocketChannel> channels = connect(plan, endpoint);
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              var thread = new Thread(task, "bench-load");
              thread.setDaemon(true);
              return thread;
            });
    try {
      return run(plan, source, clock, window, channels, threads);
    } catch (IOException e) {
      throw new UnreachableException(endpoint + ": " + e.getMessage(), e);
    } finally {
      threads.shutdownNow();
      channels.forEach(LoadGenerator::close);
    }
  }

  private static LoadResult run(
      LoadPlan plan,
      Requests.Source source,
      Clock clock,
      Window window,
      List<SocketChannel> channels,
      ExecutorService threads)
      throws InterruptedException, IOException {
    var tallies = new ArrayList<LoadResult.Tally>();
    int loops = Math.min(loops(), plan.connections());
    var templates = new ArrayList<Requests>();
    var ofLoops = new ArrayList<List<LoadConnection>>();
    for (int loop = 0; loop < loops; loop++) {
      tallies.add(new LoadResult.Tally());
      ofLoops.add(new ArrayList<>());
    }
    for (int i = 0; i < channels.size(); i++) {
      Requests template = source.of(i);
      templates.add(template);
      ofLoops
          .get(i % loops)
          .add(new LoadConnection(plan, i, template, tallies.get(i % loops), channels.get(i)));
    }

    long startNs = clock.nanoTime() + AFTER_CONNECTING_NS;
    long countFromNs = startNs + TimeUnit.SECONDS.toNanos(plan.warmupSeconds());
    long endNs = countFromNs + TimeUnit.SECONDS.toNanos(plan.seconds());
    long requests = plan.requestsMax();
    var running = new ArrayList<Future<?>>();
    for (int i = 0; i < loops; i++) {
      long share = requests / loops + (i < requests % loops ? 1 : 0);
      running.add(
          threads.submit(
              new LoadLoop(plan, ofLoops.get(i), share, startNs, endNs + LAST_ANSWERS_NS, clock)));
    }
    // To look at a process takes some milliseconds of both cores, and its JIT compiles for one or
    // two seconds afterwards; none of that may be counted.
    until(countFromNs - Math.min(LOOK_NS, TimeUnit.SECONDS.toNanos(plan.warmupSeconds())), clock);
    window.opened();
    if (plan.itemsMax() == 0) {
      until(endNs, clock);
    } else {
      await(running, endNs, clock);
    }
    window.closed();
    await(running, endNs, clock);
    return LoadResult.sum(
        plan, countFromNs, tallies, templates.stream().map(Requests::drawn).toList());
  }

  private static void until(long atNs, Clock clock) throws InterruptedException {
    for (long leftNs = atNs - clock.nanoTime(); leftNs > 0; leftNs = atNs - clock.nanoTime()) {
      LockSupport.parkNanos(leftNs);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private static void await(List<Future<?>> running, long endNs, Clock clock)
      throws InterruptedException {
    for (Future<?> loop : running) {
      try {
        loop.get(endNs + 3 * LAST_ANSWERS_NS - clock.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException("The load generator failed: " + e.getCause(), e.getCause());
      } catch (TimeoutException e) {
        throw new IllegalStateException("The load generator itself got stuck.", e);
      }
    }
  }

  private static List<SocketChannel> connect(LoadPlan plan, URI endpoint) {
    int port = endpoint.getPort() < 0 ? 80 : endpoint.getPort();
    var address = new InetSocketAddress(endpoint.getHost().replaceAll("[\\[\\]]", ""), port);
    var channels = new ArrayList<SocketChannel>();
    for (int i = 0; i < plan.connections(); i++) {
      SocketChannel channel = null;
      try {
        channel = SocketChannel.open();
        channel.socket().connect(address, CONNECT_TIMEOUT_MS);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channels.add(channel);
      } catch (IOException e) {
        if (channel != null) {
          close(channel);
        }
        channels.forEach(LoadGenerator::close);
        throw new UnreachableException(
            endpoint + ": connection " + (i + 1) + " of " + plan.connections() + " refused", e);
      }
    }
    return channels;
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing more is expected of it.
    }
  }
}
