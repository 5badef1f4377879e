package io.dialspool.metrics;

import io.dialspool.config.ManagementConfig;
import io.dialspool.http.ApiDoor;
import io.dialspool.http.ApiError;
import io.dialspool.http.BytesBudget;
import io.dialspool.http.Entrance;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.HttpServer;
import io.netty.channel.EventLoopGroup;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port for those who watch: {@code /metrics}, {@code /health/live}, {@code /health/ready}; all
 * other paths are the dashboard's. Source: api.md, Management port.
 */
public final class ManagementServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
  private static final HttpLimits LIMITS = new HttpLimits(100, 60_000, 32_768, 64 << 10);
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final int WAITING_MAX = 32;
  private static final String METRICS = "/metrics";
  private static final String LIVE = "/health/live";
  private static final String READY = "/health/ready";

  /** What is answered to GET, and nothing else. */
  public static final List<String> PATHS = List.of(METRICS, LIVE, READY);

  private final HttpServer server;
  private final ThreadPoolExecutor worker;

  private ManagementServer(HttpServer server, ThreadPoolExecutor worker) {
    this.server = server;
    this.worker = worker;
  }

  /**
   * Binds and listens.
   *
   * @param loops owned by the caller; only the sockets live there, scrapes run on a thread of their
   *     own
   * @param live whether the process should go on; asked at each call, on that thread
   * @param ready whether dial requests are accepted now; likewise
   * @param others answers calls of all other paths; on the event loop, must not block
   * @throws io.dialspool.http.PortUnavailableException if the port can't be bound
   */
  public static ManagementServer start(
      ManagementConfig config,
      Entrance entrance,
      EventLoopGroup loops,
      Metrics metrics,
      Supplier<Health> live,
      Supplier<Health> ready,
      Consumer<HttpCall> others) {
    Map<String, Supplier<HttpAnswer>> pages =
        Map.of(
            METRICS,
            () ->
                new HttpAnswer(
                    200, PROMETHEUS, Map.of(), metrics.scrape().getBytes(StandardCharsets.UTF_8)),
            LIVE,
            () -> health(live),
            READY,
            () -> health(ready));
    // A scrape takes milliseconds, and the event loops have dial requests to read.
    var worker =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            task -> {
              var thread = new Thread(task, "dialspool-management");
              thread.setDaemon(true);
              return thread;
            });
    worker.allowCoreThreadTimeOut(true);
    var budget = new BytesBudget((long) LIMITS.connectionsMax() * LIMITS.bodyBytesMax());
    HttpServer server =
        HttpServer.start(
            config.address(),
            config.port(),
            loops,
            LIMITS,
            entrance,
            () ->
                new ApiDoor(
                    LIMITS.bodyBytesMax(), budget, call -> answer(call, pages, worker, others)));
    return new ManagementServer(server, worker);
  }

  public int port() {
    return server.port();
  }

  /** As a client on this machine reaches it. */
  public String url() {
    return server.url();
  }

  private static void answer(
      HttpCall call,
      Map<String, Supplier<HttpAnswer>> pages,
      ThreadPoolExecutor worker,
      Consumer<HttpCall> others) {
    String path = call.uri().replaceFirst("\\?.*", "");
    Supplier<HttpAnswer> page = pages.get(path);
    if (page == null) {
      others.accept(call);
      return;
    }
    if (!call.method().equals("GET") && !call.method().equals("HEAD")) {
      call.answer(methodNotAllowed(call.method()));
      return;
    }
    try {
      worker.execute(() -> call.answer(made(page)));
    } catch (RejectedExecutionException e) {
      call.answer(ApiError.unavailable("Too many calls to this port are waiting.", 1));
    }
  }

  private static HttpAnswer made(Supplier<HttpAnswer> page) {
    try {
      return page.get();
    } catch (RuntimeException e) {
      LOG.error("A page of the management port could not be made", e);
      return HttpAnswer.error(ApiError.internal());
    }
  }

  private static HttpAnswer health(Supplier<Health> of) {
    Health health = of.get();
    var body = new LinkedHashMap<String, String>();
    body.put("status", health.ok() ? "ok" : "failing");
    if (!health.reason().isEmpty()) {
      body.put("reason", health.reason());
    }
    HttpAnswer answer = HttpAnswer.json(body);
    return health.ok()
        ? answer
        : new HttpAnswer(503, answer.contentType(), Map.of(), answer.body());
  }

  private static HttpAnswer methodNotAllowed(String method) {
    HttpAnswer error =
        HttpAnswer.error(
            new ApiError(
                405, "MethodNotAllowedException", method + " is not answered here, GET is."));
    var headers = new LinkedHashMap<>(error.headers());
    headers.put("Allow", "GET, HEAD");
    return new HttpAnswer(error.status(), error.contentType(), headers, error.body());
  }

  /** Closes the port and every connection. */
  @Override
  public void close() {
    server.close();
    worker.shutdownNow();
  }
}
