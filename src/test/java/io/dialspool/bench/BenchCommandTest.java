package io.dialspool.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.http.ApiDoor;
import io.dialspool.http.ApiError;
import io.dialspool.http.Entrance;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.HttpServer;
import io.dialspool.request.ClientToken;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong items = new AtomicLong();
  private final Set<String> tokens = ConcurrentHashMap.newKeySet();

  @AfterEach
  void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldCountWhatTheServerCounted() throws Exception {
    try (HttpServer server = server(this::accept)) {
      int code = bench(server.url(), "--items", "25", "--json");
      assertEquals(0, code, err.toString());
      JsonNode json = json();
      JsonNode intake = json.path("intake");
      assertEquals(requests.get(), intake.path("sent").asLong());
      assertEquals(requests.get(), intake.path("answered").asLong());
      assertEquals(25 * requests.get(), items.get());
      assertEquals(items.get(), tokens.size());
      assertEquals(items.get(), intake.path("items").asLong());
      assertTrue(intake.path("itemsPerSecond").asDouble() <= items.get());
      assertEquals(0, intake.path("failed").asLong());
      assertTrue(requests.get() > 0);
      assertTrue(json.path("bare").path("answered").asLong() > 0);
      assertTrue(json.path("ratio").asDouble() > 0);
    }
  }

  @Test
  void shouldShowARefusedRequestAndARefusedItem() throws Exception {
    try (HttpServer server =
        server(
            call -> {
              long number = requests.incrementAndGet();
              if (number % 10 == 0) {
                call.answer(ApiError.throttled("full", 1));
              } else if (number % 10 == 1) {
                call.answer(
                    HttpAnswer.json(
                        "{\"failedRequests\":[{\"failureCode\":\"InvalidInput\"},{\"failureCode\":\"UnknownError\"}]}"
                            .getBytes(StandardCharsets.UTF_8)));
              } else {
                call.answer(HttpAnswer.empty());
              }
            })) {
      assertEquals(1, bench(server.url(), "--items", "2", "--rate", "200", "--json"));
      JsonNode intake = json().path("intake");
      assertEquals(200, intake.path("sent").asLong() + intake.path("notSent").asLong());
      assertEquals(requests.get(), intake.path("sent").asLong());
      assertEquals(
          requests.get(), intake.path("answered").asLong() + intake.path("failed").asLong());
      assertEquals(
          requests.get() / 10, intake.path("errors").path("429 ThrottlingException").asLong());
      assertEquals(2 * ((requests.get() + 9) / 10), intake.path("itemsFailed").asLong());
    }
  }

  @Test
  void shouldNotPassOverAServerThatHangsUp() throws Exception {
    try (HttpServer server =
        server(
            call -> {
              requests.incrementAndGet();
              call.abort();
            })) {
      assertEquals(1, bench(server.url(), "--rate", "100", "--json"));
      JsonNode intake = json().path("intake");
      assertEquals(requests.get(), intake.path("errors").path("connection lost").asLong());
      assertEquals(4, intake.path("connectionsLost").asLong());
      assertEquals(100, intake.path("sent").asLong() + intake.path("notSent").asLong());
    }
  }

  @Test
  void shouldSayThatNobodyListens() {
    String url;
    try (HttpServer server = server(this::accept)) {
      url = server.url();
    }
    assertEquals(4, bench(url));
    assertTrue(err.toString().contains(url + ": connection 1 of 4 refused"), err.toString());
  }

  @Test
  void shouldRefuseWrongUsage() {
    assertEquals(2, bench("http://127.0.0.1:1", "--items", "26"));
    assertTrue(err.toString().contains("--items: 26 (expected: 1 to 25)"), err.toString());
    assertEquals(2, bench("ftp://127.0.0.1:1"));
    assertEquals(2, run("no-such-bench"));
    assertEquals(2, run());
    assertEquals(2, run("intake", "--campaign", "c:1"));
    assertTrue(err.toString().contains("given without --endpoint"), err.toString());
    assertEquals(2, run("intake", "--endpoint", "http://127.0.0.1:1"));
    assertEquals(2, bench("http://127.0.0.1:1", "--rate", "120%"));
    assertTrue(err.toString().contains("--rate: 120%"), err.toString());
  }

  private void accept(HttpCall call) {
    requests.incrementAndGet();
    assertWellFormed(call);
    call.answer(
        HttpAnswer.json(
            "{\"successfulRequests\":[],\"failedRequests\":[]}".getBytes(StandardCharsets.UTF_8)));
  }

  private void assertWellFormed(HttpCall call) {
    try {
      JsonNode body = MAPPER.readTree(call.body());
      if (!call.uri().equals("/campaigns/c%3A1/dial-requests")) {
        return;
      }
      for (JsonNode item : body.path("dialRequests")) {
        String token = item.path("clientToken").asText();
        Instant.parse(item.path("expirationTime").asText());
        if (ClientToken.isValid(token)
            && item.path("phoneNumber").asText().matches("\\+1206555\\d{4}")
            && item.path("attributes").isObject()) {
          items.incrementAndGet();
          tokens.add(token);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpServer server(Consumer<HttpCall> handler) {
    return HttpServer.start(
        "127.0.0.1",
        0,
        loops,
        HttpLimits.DEFAULT,
        Entrance.OPEN,
        () -> new ApiDoor(1 << 20, new io.dialspool.http.BytesBudget(1 << 20), handler));
  }

  private int bench(String url, String... more) {
    String[] args =
        ("intake --campaign c:1 --connections 4 --seconds 1 --warmup 0 --rounds 1 --directory"
                + " target --endpoint "
                + url)
            .split(" ", -1);
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return run(all);
  }

  private int run(String... args) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private JsonNode json() throws IOException {
    String[] lines = out.toString().stripTrailing().split("\\R", -1);
    return MAPPER.readTree(lines[lines.length - 1]);
  }
}
