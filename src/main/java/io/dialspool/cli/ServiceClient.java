package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.target.Identification;
import io.dialspool.time.Clock;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.ssl.JdkSslContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Calls of our own at a running service's data port. What says "later" (429, 503) is tried again
 * for half a minute.
 */
final class ServiceClient {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int TRIES = 30;
  private static final byte[] NOTHING = {};
  private static final Set<String> SET_BY_THE_CLIENT = Set.of("host", "content-length");

  private final URI endpoint;
  private final String campaign;
  private final Identification who;
  private final Clock clock;
  private final HttpClient client;

  ServiceClient(EndpointOptions options, Surroundings surroundings, String campaign) {
    this.who = options.identification(surroundings);
    this.clock = surroundings.clock();
    var builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
    if (options.tls() instanceof JdkSslContext tls) {
      builder.sslContext(tls.context());
    }
    this.client = builder.build();
    this.endpoint = options.url();
    this.campaign = URLEncoder.encode(campaign, StandardCharsets.UTF_8).replace("+", "%20");
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null) {
      throw new EndpointException("--endpoint: " + endpoint + " (expected: a URL)");
    }
  }

  /** An answer with its whole body. */
  record Answer(int status, String body) {
    boolean isLater() {
      return status == 429 || status == 503;
    }

    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new EndpointException("the endpoint answers what is not JSON; is it Dialspool?");
      }
    }
  }

  private HttpRequest.Builder request(String method, String below, byte[] body) {
    return requestAt(method, "/campaigns/" + campaign + below, body);
  }

  private HttpRequest.Builder requestAt(String method, String path, byte[] body) {
    String base =
        endpoint.getRawPath() == null ? "" : endpoint.getRawPath().replaceFirst("/+$", "");
    FullHttpRequest proven =
        who.signed(
            method, base + path, body.length == 0 ? "" : "application/json", body, clock.epochMs());
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(endpoint.resolve(proven.uri()))
              .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
      for (Map.Entry<String, String> header : proven.headers()) {
        if (!SET_BY_THE_CLIENT.contains(header.getKey().toLowerCase(Locale.ROOT))) {
          request.header(header.getKey(), header.getValue());
        }
      }
      return request;
    } finally {
      proven.release();
    }
  }

  /**
   * Posts and waits for the answer.
   *
   * @throws EndpointException if the service can't be reached
   */
  Answer post(String below, String body) {
    return postAt("/campaigns/" + campaign + below, body);
  }

  /**
   * Posts to what belongs to no campaign, and waits for the answer.
   *
   * @throws EndpointException if the service can't be reached
   */
  Answer postAt(String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return patiently(() -> join(send(requestAt("POST", path, bytes).timeout(ANSWER).build())));
  }

  /**
   * Gets what is below the campaign.
   *
   * @throws EndpointException if the service can't be reached
   */
  Answer get(String below) {
    return patiently(() -> join(send(request("GET", below, NOTHING).timeout(ANSWER).build())));
  }

  /**
   * Gets what belongs to no campaign.
   *
   * @throws EndpointException if the service can't be reached or refuses
   */
  JsonNode getAt(String path) {
    Answer answer =
        patiently(() -> join(send(requestAt("GET", path, NOTHING).timeout(ANSWER).build())));
    if (answer.status() != 200) {
      throw refused(answer);
    }
    return answer.json();
  }

  /** Recalls one request; the answer comes on a thread of the client's, an unreachable one too. */
  CompletableFuture<Answer> recall(String clientToken) {
    return send(
        request("DELETE", "/dial-requests/" + clientToken, NOTHING).timeout(ANSWER).build());
  }

  private CompletableFuture<Answer> send(HttpRequest request) {
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(answer -> new Answer(answer.statusCode(), answer.body()));
  }

  /** Repeats what is answered with "later". */
  static Answer patiently(Supplier<Answer> call) {
    Answer answer = call.get();
    for (int tries = 1; answer.isLater() && tries < TRIES; tries++) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      answer = call.get();
    }
    return answer;
  }

  Answer join(CompletableFuture<Answer> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw unreachable(e);
    }
  }

  /**
   * Opens a stream of lines.
   *
   * @throws EndpointException if the service can't be reached or refuses
   */
  InputStream lines(String below) throws InterruptedException {
    try {
      HttpResponse<InputStream> answer =
          client.send(
              request("GET", below, NOTHING).build(), HttpResponse.BodyHandlers.ofInputStream());
      if (answer.statusCode() == 200) {
        return answer.body();
      }
      try (InputStream body = answer.body()) {
        throw refused(
            new Answer(
                answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8)),
            answer.headers());
      }
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** What the service said, with what it calls the error. */
  static EndpointException refused(Answer answer) {
    return refused(answer, HttpHeaders.of(Map.of(), (name, value) -> true));
  }

  private static EndpointException refused(Answer answer, HttpHeaders headers) {
    String code = headers.firstValue("x-amzn-ErrorType").orElse("");
    String message;
    try {
      message = JSON.readTree(answer.body).path("message").asText("");
    } catch (JsonProcessingException e) {
      message = "";
    }
    return new EndpointException(
        "the endpoint refuses: "
            + answer.status
            + (code.isEmpty() ? "" : " " + code)
            + (message.isEmpty() ? "" : ": " + message)
            + next(answer.status));
  }

  /** What can be done about a refusal. */
  private static String next(int status) {
    return switch (status) {
      case 401, 403 ->
          " Give --key and --secret, or --bearer, of a key that has the right to this.";
      case 404 -> " Is --campaign right? dialspool status lists the campaigns.";
      case 429, 503 -> " Try it again in a while.";
      default -> "";
    };
  }

  private EndpointException unreachable(Throwable fault) {
    Throwable inner = fault.getCause();
    Throwable cause = fault instanceof CompletionException && inner != null ? inner : fault;
    return new EndpointException(
        endpoint
            + " can't be reached ("
            + cause.getClass().getSimpleName()
            + "); is the service running there?");
  }
}
