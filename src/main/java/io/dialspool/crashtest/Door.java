package io.dialspool.crashtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/** A port of one of the processes, as its clients see it. Any thread. */
final class Door {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int TRIES = 3;

  private final HttpClient client = client();
  private final int port;

  Door(int port) {
    this.port = port;
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();
  }

  record Answer(int status, String body) {
    /** Missing if it is none. */
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        return MissingNode.getInstance();
      }
    }
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /**
   * @throws IOException if no answer came: nobody knows whether the call was performed
   */
  Answer call(String method, String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.body());
  }

  Answer get(String path) throws IOException, InterruptedException {
    return callAgain("GET", path, "");
  }

  /** The same for a call that may be performed twice: one without an answer is made again. */
  Answer callAgain(String method, String path, String body)
      throws IOException, InterruptedException {
    for (int tries = 1; tries < TRIES; tries++) {
      try {
        return call(method, path, body);
      } catch (ConnectException e) {
        throw e; // nobody is there
      } catch (IOException e) {
        // It took too long, or came over a connection that was closed for idleness just then.
      }
    }
    return call(method, path, body);
  }

  /**
   * Each line of an NDJSON answer, however long it is. Over a connection of its own: one that was
   * kept may be closed just then, and half an answer can't be asked for again.
   */
  void lines(String path, Consumer<JsonNode> line) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        client()
            .send(
                HttpRequest.newBuilder(URI.create(url() + path)).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    try (var reader =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      if (answer.statusCode() != 200) {
        throw new IOException(path + " was answered " + answer.statusCode());
      }
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        line.accept(JSON.readTree(text));
      }
    }
  }
}
