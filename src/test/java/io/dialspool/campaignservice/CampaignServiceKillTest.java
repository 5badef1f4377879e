package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.http.Entrance;
import io.dialspool.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignServiceKillTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int CALLERS = 4;
  private static final int CALLS_BEFORE_THE_KILL = 200;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void shouldRememberAfterAKillAllThatItAcknowledged(@TempDir Path directory) throws Exception {
    var acknowledged = new ConcurrentHashMap<String, String>();
    String id = acknowledgeUntilKilled(directory, acknowledged);
    assertTrue(acknowledged.size() >= 25 * CALLS_BEFORE_THE_KILL);

    var config = CampaignServiceProcess.config(directory.toString());
    try (var service = CampaignService.start(config, Entrance.OPEN, Clock.SYSTEM)) {
      Map<String, String> kept = new HashMap<>();
      int lines = 0;
      String record = send(service.url(), "GET", "/dial-requests?campaign=" + id, "").body();
      for (String line : record.lines().toList()) {
        JsonNode request = JSON.readTree(line);
        kept.put(request.path("clientToken").asText(), request.path("id").asText());
        lines++;
      }
      assertEquals(lines, kept.size());
      acknowledged.forEach((token, requestId) -> assertEquals(requestId, kept.get(token), token));
      String state = send(service.url(), "GET", "/campaigns/" + id + "/state", "").body();
      assertEquals("{\"state\":\"Running\"}", state);
    }
  }

  private String acknowledgeUntilKilled(Path directory, Map<String, String> acknowledged)
      throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CampaignServiceProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String url = String.valueOf(out.readLine());
      String campaign =
          "{\"name\":\"c\",\"connectInstanceId\":\"i\",\"dialerConfig\":{\"agentlessDialerConfig\":{}},"
              + "\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\"}}";
      String id =
          JSON.readTree(send(url, "PUT", "/campaigns", campaign).body()).path("id").asText();
      send(url, "POST", "/campaigns/" + id + "/start", "");
      var enough = new CountDownLatch(CALLS_BEFORE_THE_KILL);
      var callers = new ArrayList<Thread>();
      for (int i = 0; i < CALLERS; i++) {
        String name = "caller-" + i;
        var caller = new Thread(() -> putUntilCutOff(url, id, name, acknowledged, enough), name);
        caller.start();
        callers.add(caller);
      }
      assertTrue(enough.await(60, TimeUnit.SECONDS));
      process.destroyForcibly(); // SIGKILL, in the midst of calls
      for (Thread caller : callers) {
        caller.join(60_000);
      }
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      return id;
    } finally {
      process.destroyForcibly();
    }
  }

  private void putUntilCutOff(
      String url,
      String id,
      String caller,
      Map<String, String> acknowledged,
      CountDownLatch enough) {
    String expiration = Instant.now().plusSeconds(600).toString();
    try {
      for (int call = 0; call < 100_000; call++) {
        var items = new ArrayList<String>();
        for (int i = 0; i < 25; i++) {
          items.add(
              "{\"clientToken\":\"%s-%d-%d\",\"phoneNumber\":\"+12065550100\",\"expirationTime\":\"%s\",\"attributes\":{}}"
                  .formatted(caller, call, i, expiration));
        }
        String body = "{\"dialRequests\":[" + String.join(",", items) + "]}";
        String answer = send(url, "PUT", "/campaigns/" + id + "/dial-requests", body).body();
        for (JsonNode entry : JSON.readTree(answer).path("successfulRequests")) {
          acknowledged.put(entry.path("clientToken").asText(), entry.path("id").asText());
        }
        enough.countDown();
      }
    } catch (IOException e) {
      // Cut off: what was not answered was not acknowledged.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<String> send(String url, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body, UTF_8))
            .build(),
        HttpResponse.BodyHandlers.ofString(UTF_8));
  }
}
