package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Map;
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

  private final URI endpoint;
  private final String campaign;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  ServiceClient(EndpointOptions options, String campaign) {
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

  // Who we are goes in here: what the options know of keys, tokens and certificates.
  private HttpRequest.Builder request(String below) {
    String base = endpoint.toString().replaceFirst("/+$", "");
    return HttpRequest.newBuilder(URI.create(base + "/campaigns/" + campaign + below));
  }

  /**
   * Posts and waits for the answer.
   *
   * @throws EndpointException if the service can't be reached
   */
  Answer post(String below, String body) {
    HttpRequest request =
        request(below)
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return patiently(() -> join(send(request)));
  }

  /** Recalls one request; the answer comes on a thread of the client's, an unreachable one too. */
  CompletableFuture<Answer> recall(String clientToken) {
    return send(request("/dial-requests/" + clientToken).timeout(ANSWER).DELETE().build());
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
          client.send(request(below).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
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
            + (message.isEmpty() ? "" : ": " + message));
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
