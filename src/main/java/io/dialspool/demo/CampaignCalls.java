package io.dialspool.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

/** The few campaign calls that the demo makes, through the data port like any client. */
final class CampaignCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
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
  private final String dataUrl;
  private final String targetUrl;

  CampaignCalls(String dataUrl, String targetUrl) {
    this.dataUrl = dataUrl;
    this.targetUrl = targetUrl;
  }

  /** Creates a campaign and returns its id. */
  String create(String name) throws IOException, InterruptedException {
    String answer =
        ask(
            HttpRequest.newBuilder(URI.create(dataUrl + "/campaigns"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(CAMPAIGN.formatted(name))));
    return JSON.readTree(answer).path("id").asText();
  }

  /** {@code start}, {@code pause} or {@code resume}. */
  void change(String campaignId, String how) throws IOException, InterruptedException {
    ask(
        HttpRequest.newBuilder(URI.create(dataUrl + "/campaigns/" + campaignId + "/" + how))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  /**
   * What the campaign service took, by its own record: how often each clientToken was accepted
   * under an id.
   */
  Map<String, Integer> record(String campaignId) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(targetUrl + "/dial-requests?campaign=" + campaignId))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    var taken = new HashMap<String, Integer>();
    try (var lines = new Scanner(answer.body(), StandardCharsets.UTF_8)) {
      while (lines.hasNextLine()) {
        taken.merge(JSON.readTree(lines.nextLine()).path("clientToken").asText(), 1, Integer::sum);
      }
    }
    return taken;
  }

  private String ask(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("the service answered " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }
}
