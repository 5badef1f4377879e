package io.dialspool.whole;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** Stands between a {@code serve} and its target, passes everything on and notes when what came. */
final class Tap implements AutoCloseable {
  /** A call that came; noted before it is passed on. */
  record Passed(Instant at, String method, String path) {}

  /** In place of an answer: the connection breaks. */
  static final String NO_ANSWER = "no answer";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpServer server;
  private final String target;
  private final UnaryOperator<String> instead;
  private final List<Passed> passed = new CopyOnWriteArrayList<>();

  Tap(String target) {
    this(target, body -> "");
  }

  /**
   * @param instead answers a PutDialRequestBatch by its body, with 200; empty to pass it on, {@link
   *     #NO_ANSWER} to break the connection
   */
  Tap(String target, UnaryOperator<String> instead) {
    this.target = target;
    this.instead = instead;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::pass);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** PutDialRequestBatch calls that came after {@code from} and before {@code to}. */
  List<Passed> putsBetween(Instant from, Instant to) {
    return passed.stream()
        .filter(call -> call.method().equals("PUT") && call.path().endsWith("/dial-requests"))
        .filter(call -> call.at().isAfter(from) && call.at().isBefore(to))
        .toList();
  }

  private void pass(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    passed.add(new Passed(Instant.now(), exchange.getRequestMethod(), path));
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (path.endsWith("/dial-requests")) {
        String answer = instead.apply(new String(body, UTF_8));
        if (answer.equals(NO_ANSWER)) {
          return;
        }
        byte[] own = answer.getBytes(UTF_8);
        if (own.length > 0) {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, own.length);
          exchange.getResponseBody().write(own);
          return;
        }
      }
      var request =
          HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
              .header("Content-Type", "application/json")
              .build();
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!name.equalsIgnoreCase("content-length")) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      exchange.sendResponseHeaders(
          answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
