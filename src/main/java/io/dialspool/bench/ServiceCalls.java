package io.dialspool.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The few calls around a measurement, to any port of ours. */
final class ServiceCalls {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final String CAMPAIGN =
      """
      {"name":"%s","connectInstanceId":"11111111-2222-3333-4444-555555555555",
       "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1.0}},
       "outboundCallConfig":{"connectContactFlowId":"flow-1","connectQueueId":"queue-1"}}
      """;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final String url;

  ServiceCalls(String url) {
    this.url = url;
  }

  /** A new campaign's id. */
  String create(String name) throws InterruptedException {
    return json(call("PUT", "/campaigns", CAMPAIGN.formatted(name))).path("id").asText();
  }

  /** {@code start}, {@code pause} or {@code resume}. */
  void change(String campaign, String how) throws InterruptedException {
    call("POST", "/campaigns/" + campaign + "/" + how, "");
  }

  JsonNode get(String path) throws InterruptedException {
    return json(call("GET", path, ""));
  }

  Scrape scrape() throws InterruptedException {
    return Scrape.of(call("GET", "/metrics", ""));
  }

  /**
   * @throws BenchFailure on any other answer than 200
   */
  String call(String method, String path, String body) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    HttpResponse<String> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new BenchFailure(url + path + ": " + e, e);
    }
    if (answer.statusCode() != 200) {
      throw new BenchFailure(
          method + " " + url + path + " was answered " + answer.statusCode() + " " + answer.body(),
          null);
    }
    return answer.body();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new BenchFailure("unreadable: " + e.getMessage(), e);
    }
  }
}
