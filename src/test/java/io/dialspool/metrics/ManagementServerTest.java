package io.dialspool.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.ManagementConfig;
import io.dialspool.http.ApiError;
import io.dialspool.http.Entrance;
import io.dialspool.http.PortUnavailableException;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagementServerTest {
  private static MultiThreadIoEventLoopGroup loops;
  private static HttpClient client;

  private final Metrics metrics = new Metrics();
  private Supplier<Health> live = () -> Health.OK;
  private Supplier<Health> ready = () -> Health.OK;
  private ManagementServer server;

  @BeforeAll
  static void open() {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterAll
  static void closeLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @BeforeEach
  void start() {
    server = start(0);
  }

  @AfterEach
  void stop() {
    server.close();
    metrics.close();
  }

  @Test
  void shouldServeMetrics() throws Exception {
    metrics.counter(Meter.INTAKE_REFUSED, "ThrottlingException").increment();
    HttpResponse<String> answer = call("GET", "/metrics?x=1");
    assertEquals(200, answer.statusCode());
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("Content-Type").orElse(""));
    assertTrue(
        answer
            .body()
            .contains(
                "dialspool_intake_refused_requests_total{reason=\"ThrottlingException\"} 1.0"));
  }

  @Test
  void shouldSayThatAllIsWell() throws Exception {
    for (String path : new String[] {"/health/live", "/health/ready"}) {
      HttpResponse<String> answer = call("GET", path);
      assertEquals(200, answer.statusCode());
      assertEquals("application/json", answer.headers().firstValue("Content-Type").orElse(""));
      assertEquals("{\"status\":\"ok\"}", answer.body());
    }
  }

  @Test
  void shouldSayWhatIsWrong() throws Exception {
    ready = () -> new Health(false, "draining");
    assertEquals(200, call("GET", "/health/live").statusCode());
    HttpResponse<String> answer = call("GET", "/health/ready");
    assertEquals(503, answer.statusCode());
    assertEquals("{\"status\":\"failing\",\"reason\":\"draining\"}", answer.body());
    live = () -> new Health(false, "the spool has stopped");
    assertEquals(503, call("GET", "/health/live").statusCode());
  }

  @Test
  void shouldAnswerAHeadWithoutABody() throws Exception {
    HttpResponse<String> answer = call("HEAD", "/health/ready");
    assertEquals(200, answer.statusCode());
    assertEquals("", answer.body());
    assertEquals(200, call("GET", "/health/ready").statusCode());
  }

  @Test
  void shouldRefuseOtherPathsAndMethodsInJson() throws Exception {
    HttpResponse<String> unknown = call("GET", "/nothing");
    assertEquals(404, unknown.statusCode());
    assertEquals("{\"message\":\"No operation GET /nothing.\"}", unknown.body());
    HttpResponse<String> wrong = call("POST", "/metrics");
    assertEquals(405, wrong.statusCode());
    assertEquals("GET, HEAD", wrong.headers().firstValue("Allow").orElse(""));
    assertEquals("{\"message\":\"POST is not answered here, GET is.\"}", wrong.body());
  }

  @Test
  void shouldNotShowWhatWentWrongInside() throws Exception {
    metrics.gauge(
        Meter.SPOOL_BYTES,
        () -> {
          throw new IllegalStateException("secret");
        });
    HttpResponse<String> answer = call("GET", "/metrics");
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().contains("dialspool_spool_bytes NaN"));
    ready =
        () -> {
          throw new IllegalStateException("secret");
        };
    HttpResponse<String> failed = call("GET", "/health/ready");
    assertEquals(500, failed.statusCode());
    assertFalse(failed.body().contains("secret"));
  }

  @Test
  void shouldSayThatThePortIsTaken() {
    assertThrows(PortUnavailableException.class, () -> start(server.port()));
  }

  private ManagementServer start(int port) {
    return ManagementServer.start(
        new ManagementConfig("127.0.0.1", port),
        Entrance.OPEN,
        loops,
        metrics,
        () -> live.get(),
        () -> ready.get(),
        call -> call.answer(ApiError.unknownOperation(call.method(), call.uri())));
  }

  private HttpResponse<String> call(String method, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .timeout(Duration.ofSeconds(10))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
