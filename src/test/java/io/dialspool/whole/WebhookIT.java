package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of the built jar, whose receivers fail, are slow, die and return. */
class WebhookIT {
  private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final int LEADS = 900;

  private final Path directory;

  WebhookIT(@TempDir Path directory) {
    this.directory = directory;
  }

  /** A receiver whose manners can be changed; keeps what it has taken. */
  private static final class Receiver implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Set<String>> tokensByCampaign = new LinkedHashMap<>();
    private final List<String> outOfOrder = new ArrayList<>();
    private final Map<String, String> lastCursors = new LinkedHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger badSignatures = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final int port;
    private HttpServer server;
    private volatile int status = 204;
    private volatile long delayMs;

    Receiver() {
      server = listen(0);
      port = server.getAddress().getPort();
    }

    private HttpServer listen(int at) {
      try {
        HttpServer made =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        made.setExecutor(threads);
        made.createContext("/", this::receive);
        made.start();
        return made;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String url() {
      return "http://127.0.0.1:" + port + "/hook?key=never-shown";
    }

    void die() {
      server.stop(0);
    }

    void comeBack() {
      server = listen(port);
    }

    private void receive(HttpExchange call) throws IOException {
      byte[] body = call.getRequestBody().readAllBytes();
      calls.incrementAndGet();
      if (!isSigned(call, body)) {
        badSignatures.incrementAndGet();
      }
      try {
        if (delayMs > 0 && closed.await(delayMs, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
      int answer = status;
      if (answer < 300) {
        keep(new Service.Answer(200, new String(body, StandardCharsets.UTF_8)).json());
      }
      call.sendResponseHeaders(answer, -1);
      call.close();
    }

    private synchronized void keep(JsonNode body) {
      String campaign = body.at("/data/campaignId").asText();
      Set<String> tokens = tokensByCampaign.computeIfAbsent(campaign, its -> new LinkedHashSet<>());
      for (JsonNode outcome : body.at("/data/outcomes")) {
        String token = outcome.path("clientToken").asText();
        if (tokens.add(token)) {
          String last = lastCursors.put(campaign, outcome.path("cursor").asText());
          if (last != null && !isBehind(outcome.path("cursor").asText(), last)) {
            outOfOrder.add(token);
          }
        }
      }
    }

    private static boolean isBehind(String cursor, String last) {
      String[] a = cursor.split("-", -1);
      String[] b = last.split("-", -1);
      int groups = Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0]));
      return groups > 0 || (groups == 0 && Integer.parseInt(a[1]) > Integer.parseInt(b[1]));
    }

    synchronized int taken() {
      return tokensByCampaign.values().stream().mapToInt(Set::size).sum();
    }

    synchronized List<String> tokens(String campaign) {
      return List.copyOf(tokensByCampaign.getOrDefault(campaign, Set.of()));
    }

    private static boolean isSigned(HttpExchange call, byte[] body) {
      String id = call.getRequestHeaders().getFirst("webhook-id");
      String timestamp = call.getRequestHeaders().getFirst("webhook-timestamp");
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(SECRET), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.US_ASCII));
        String signature = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        return signature.equals(call.getRequestHeaders().getFirst("webhook-signature"));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      closed.countDown();
      server.stop(0);
      threads.shutdownNow();
    }
  }

  @Test
  @Timeout(300)
  void shouldBringEachOutcomeInOrderThroughFailuresAndAKill() {
    try (var receiver = new Receiver();
        var deaf = new Receiver();
        Service target =
            Service.campaignService(
                directory.resolve("target"), "--calls-per-second", "400", "--burst", "100")) {
      deaf.delayMs = TimeUnit.MINUTES.toMillis(10);
      String url = target.url("campaign-service");
      String spring = Service.createCampaign(url, "spring");
      String summer = Service.createCampaign(url, "summer");
      assertEquals(200, Service.change(url, spring, "start"));
      assertEquals(200, Service.change(url, summer, "start"));

      receiver.status = 500;
      try (Service service = serve(url, receiver, deaf)) {
        put(service, spring, 0, LEADS / 3);
        put(service, summer, 0, LEADS / 3);
        Service.await("calls that fail", Duration.ofSeconds(30), () -> receiver.calls.get() >= 2);
        awaitSubmitted(service, 2 * LEADS / 3); // nobody waits for a receiver
        assertEquals(0, receiver.taken());
        receiver.status = 204;
        receiver.delayMs = 150;
        Service.await("some are taken", Duration.ofSeconds(60), () -> receiver.taken() > 0);
        put(service, spring, LEADS / 3, 2 * LEADS / 3);
        put(service, summer, LEADS / 3, 2 * LEADS / 3);
        service.kill(); // with calls under way
      }
      receiver.die();
      try (Service service = serve(url, receiver, deaf)) {
        put(service, spring, 2 * LEADS / 3, LEADS);
        put(service, summer, 2 * LEADS / 3, LEADS);
        awaitSubmitted(service, 2 * LEADS);
        Service.await(
            "it says that it can't be reached",
            Duration.ofSeconds(60),
            () -> webhook(service, "crm").path("lastFailure").asText().equals("can't be reached"));
        receiver.delayMs = 0;
        receiver.comeBack();
        Service.await("all are taken", Duration.ofSeconds(90), () -> receiver.taken() == 2 * LEADS);
        assertEquals(feed(service, spring), receiver.tokens(spring));
        assertEquals(feed(service, summer), receiver.tokens(summer));
        assertEquals(List.of(), receiver.outOfOrder);
        assertEquals(0, receiver.badSignatures.get());
        Service.await(
            "it is on time again",
            Duration.ofSeconds(20),
            () -> webhook(service, "crm").path("lagSeconds").asLong() == 0);
        assertEquals("OK", webhook(service, "crm").path("state").asText());
        Service.await(
            "the deaf one's first call has timed out",
            Duration.ofSeconds(20),
            () -> webhook(service, "deaf").path("state").asText().equals("FAILING"));
        assertEquals("timeout", webhook(service, "deaf").path("lastFailure").asText());
        assertTrue(
            webhook(service, "crm").path("receiver").asText().matches("127.0.0.1:\\d+"),
            "only host and port are shown");
      }
    }
  }

  @Test
  @Timeout(120)
  void shouldPutAsideWhatIsRefusedAndBringItWhenToldTo() {
    try (var receiver = new Receiver()) {
      receiver.status = 422;
      try (Service service =
          Service.serve(
              directory,
              "webhooks.crm.url=" + receiver.url(),
              "webhooks.crm.secret=whsec_" + SECRET,
              "webhooks.crm.lingerMs=10",
              "webhooks.crm.attemptsMax=2",
              "webhooks.crm.retryMs=10",
              "webhooks.crm.retryMaxMs=50")) {
        String campaign = Service.createCampaign(service.url("intake"), "spring");
        assertEquals(200, Service.change(service.url("intake"), campaign, "start"));
        put(service, campaign, 0, 25);
        Service.await(
            "all are given up",
            Duration.ofSeconds(60),
            () -> webhook(service, "crm").path("deadLetters").asInt() == 25);
        Service.Ran listed =
            Service.run("webhooks", "dead-letters", "crm", "--endpoint", service.url("intake"));
        assertEquals(0, listed.exitCode(), listed.err());
        assertTrue(listed.out().contains("answered 422"), listed.out());
        receiver.status = 200;
        Service.Ran ran =
            Service.run(
                "webhooks",
                "redeliver",
                "crm",
                "--campaign",
                campaign,
                "--json",
                "--endpoint",
                service.url("intake"));
        assertEquals("{\"redelivering\":25}", ran.out().strip(), ran.err());
        Service.await("all are taken", Duration.ofSeconds(60), () -> receiver.taken() == 25);
        Service.await(
            "none is dead",
            Duration.ofSeconds(20),
            () -> webhook(service, "crm").path("deadLetters").asInt() == 0);
        Service.Ran overview = Service.run("webhooks", "--endpoint", service.url("intake"));
        assertTrue(overview.out().startsWith("crm  OK  127.0.0.1:"), overview.out());
        assertEquals(
            4,
            Service.run("webhooks", "redeliver", "erp", "--endpoint", service.url("intake"))
                .exitCode());
      }
    }
  }

  private Service serve(String targetUrl, Receiver receiver, Receiver deaf) {
    return Service.serve(
        directory,
        "target.kind=connect-campaigns",
        "target.endpoint=" + targetUrl,
        "target.accessKeyId=test",
        "target.secretAccessKey=test",
        "target.callsPerSecond=300",
        "webhooks.crm.url=" + receiver.url(),
        "webhooks.crm.secret=whsec_" + SECRET,
        "webhooks.crm.batch=50",
        "webhooks.crm.lingerMs=20",
        "webhooks.crm.retryMs=50",
        "webhooks.crm.retryMaxMs=500",
        "webhooks.crm.attemptsMax=1000",
        "webhooks.deaf.url=" + deaf.url(),
        "webhooks.deaf.secret=whsec_" + SECRET,
        "webhooks.deaf.timeoutMs=1000");
  }

  private static void put(Service service, String campaign, int from, int to) {
    var lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines
          .append(
              "{\"clientToken\":\"t-%d\",\"phoneNumber\":\"%s\",\"expirationTime\":\"%s\",\"attributes\":{}}"
                  .formatted(i, Leads.number(i), Instant.now().plusSeconds(3_600)))
          .append('\n');
    }
    Service.Answer answer =
        Service.call(
            "POST",
            service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
            "application/x-ndjson",
            lines.toString());
    assertEquals(200, answer.status(), answer.body());
    assertTrue(answer.body().contains("\"accepted\":" + (to - from)), answer.body());
  }

  private static void awaitSubmitted(Service service, int count) {
    Service.await(
        count + " are submitted",
        Duration.ofSeconds(60),
        () -> service.counts().path("submitted").asInt() == count);
  }

  private static JsonNode webhook(Service service, String name) {
    for (JsonNode one : Service.get(service.url("intake") + "/webhooks").json().path("webhooks")) {
      if (one.path("name").asText().equals(name)) {
        return one;
      }
    }
    throw new AssertionError("no webhook " + name);
  }

  private static List<String> feed(Service service, String campaign) {
    return Service.get(service.url("intake") + "/campaigns/" + campaign + "/outcomes")
        .body()
        .lines()
        .map(line -> new Service.Answer(200, line).json().path("clientToken").asText())
        .toList();
  }
}
