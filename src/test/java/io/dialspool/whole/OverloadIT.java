package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is too much is answered with 429 and not taken in, and whoever behaves is served beside it.
 * Each kind of overload lasts {@code overload.seconds}: 4 in a build, minutes with {@code mvn
 * -Pproof verify}. The figures go to {@code target/overload.md}.
 */
class OverloadIT {
  private static final int SECONDS = Integer.getInteger("overload.seconds", 4);

  /**
   * The heap is half of it; the rest is the JVM's own, the store's cache and buffers of sockets.
   */
  private static final long RESIDENT_BYTES_MAX = 1L << 30;

  private static final Duration NORMAL_AGAIN = Duration.ofSeconds(30);
  private static final int ITEMS = 25;
  private static final Pattern HEAP_USED =
      Pattern.compile(
          "^jvm_memory_used_bytes\\{[^}]*area=\"heap\"[^}]*} (\\S+)$", Pattern.MULTILINE);

  @TempDir static Path directory;

  @Test
  void shouldAnswer429OnceTheBacklogHasReachedItsBound() {
    try (Service service = Service.serve(directory.resolve("backlog"), "intake.backlogMax=2")) {
      String campaign = Service.createCampaign(service.url("intake"), "backlog");
      assertEquals(200, put(service, campaign, "a").status());
      assertEquals(200, put(service, campaign, "b").status());
      Service.await(
          "the third is refused",
          Duration.ofSeconds(10),
          () -> put(service, campaign, "b").status() == 429);
      expectRefused(service, campaign, "The backlog has reached its bound.", 2);
    }
  }

  @Test
  void shouldAnswer429BeforeTheDiskIsFull() {
    // More than any disk has: the watermark is crossed from the start.
    try (Service service =
        Service.serve(directory.resolve("disk"), "spool.freeBytesMin=" + (1L << 50))) {
      String campaign = Service.createCampaign(service.url("intake"), "disk");
      expectRefused(service, campaign, "The disk of the spool is almost full.", 0);
      assertEquals(503, Service.get(service.url("management") + "/health/ready").status());
      assertEquals(200, Service.get(service.url("management") + "/health/live").status());
    }
  }

  /** The target takes 1,000 requests a second, and 10,000 a second are offered. */
  @Test
  void shouldTakeWhatItCanDeliverAndRefuseTheRestOfTenTimesAsMuch() {
    int perSecond = 1_000;
    try (Service service =
        Service.serve(
            directory.resolve("delivery"),
            "intake.backlogMax=5000",
            "target.callsPerSecond=" + perSecond / ITEMS,
            "campaignService.callsPerSecond=100",
            "campaignService.burst=100",
            "campaignService.buffer=10000000")) {
      String campaign = Leads.running(service.url("intake"), "delivery");
      Crowd.Flood flood;
      HealthyClient healthy = new HealthyClient(service, campaign, "healthy");
      try (healthy;
          var crowd = new Crowd(service.url("intake"))) {
        flood = crowd.offer(200, 10.0 * perSecond / ITEMS, puts(campaign, "offered"));
        last(service, () -> flood.answered(200) > 0 && flood.answered(429) > 0);
        stop(flood);
      }
      long normalMs = normalAgain(service, campaign, () -> service.unsettled() == 0);

      long acknowledged = (long) ITEMS * flood.answered(200) + healthy.taken();
      report("Ten times what can be delivered (1,000/s)", service, flood, ITEMS, healthy, normalMs);
      expectOffered(flood, 10.0 * perSecond / ITEMS);
      expectRefusedAsTheyShould(flood);
      expectServed(healthy);
      assertTrue(healthy.taken() > 0, "the healthy client got nothing in");
      // One more is put to see whether all is normal.
      assertEquals(acknowledged + 1, service.counts().path("accepted").asLong());
      assertEquals(acknowledged + 1, service.counts().path("submitted").asLong());
      expectDialledOnce(service, campaign, acknowledged + 1);
      expectBounded(service, healthy);
    }
  }

  /** Whatever this machine takes in a second, and ten times that. */
  @Test
  void shouldRefuseTheRestOfTenTimesWhatItCanTakeIn() {
    try (Service service = paused("intake", "intake.ringSize=64", "intake.connectionsMax=2000")) {
      String campaign = Leads.created(service.url("intake"), "intake");
      Supplier<String> puts = puts(campaign, "flood");
      double capacity = capacity(service, puts);
      Crowd.Flood flood;
      HealthyClient healthy = new HealthyClient(service, campaign, "healthy");
      int before = service.counts().path("accepted").asInt();
      try (healthy;
          var crowd = new Crowd(service.url("intake"))) {
        flood = crowd.offer(1_000, 10 * capacity, puts);
        last(service, () -> flood.answered(200) > 100 && flood.answered(429) > 100);
        stop(flood);
      }
      long normalMs = normalAgain(service, campaign, () -> true);

      report(
          String.format(Locale.ROOT, "Ten times what can be taken in (%,.0f/s)", capacity * ITEMS),
          service,
          flood,
          ITEMS,
          healthy,
          normalMs);
      expectOffered(flood, 10 * capacity);
      expectRefusedAsTheyShould(flood);
      expectServed(healthy);
      assertTrue(healthy.taken() > 0, "the healthy client got nothing in");
      int taken = service.counts().path("accepted").asInt() - before;
      int acknowledged = ITEMS * flood.answered(200) + healthy.taken() + 1;
      // The client put the first of its own before or after we counted.
      assertTrue(taken >= acknowledged - 5 && taken <= acknowledged, taken + ": " + acknowledged);
      assertTrue(
          Service.get(service.url("intake") + "/spool").json().path("conserved").asBoolean());
      expectBounded(service, healthy);
    }
  }

  /** More connections than there may be at once, none of which gets anywhere. */
  @Test
  void shouldServeAHealthyClientBesideTenThousandThatAreStuck() {
    // Nobody is closed for being idle here: whoever has to go is in the way of somebody.
    Path log = directory.resolve("stuck.log");
    try (Service service =
        Service.serveLogged(log, directory.resolve("stuck"), "intake.idleMs=3600000")) {
      String campaign = Leads.created(service.url("intake"), "stuck");
      Leads.putAll(service.url("intake"), campaign, "known", 0, 1_000, Duration.ofHours(1));
      String item = Leads.item("slow", 9, Duration.ofHours(2)).toString();
      String path = "/campaigns/" + campaign + "/dial-requests";
      HealthyClient healthy = new HealthyClient(service, campaign, "healthy");
      int tried;
      try (healthy;
          var crowd = new Crowd(service.url("intake"))) {
        // Half open, or a peer that has gone without a word: nothing comes.
        crowd.stuck(2_000, "");
        crowd.stuck(1_500, "PUT " + path.substring(0, 20));
        crowd.stuck(
            1_500, "PUT " + path + " HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(30_000));
        crowd.stuck(1_500, head("PUT", path, "application/json", 5_000_000) + " ".repeat(60_000));
        crowd.stuck(
            500,
            head(
                    "POST",
                    path.replace("dial-requests", "dead-letters/redrive"),
                    "application/json",
                    1_000_000)
                + " ".repeat(500_000));
        // Each line is a problem that is written back to a client who doesn't read.
        crowd.stuck(
            1_000, request("POST", campaign, "application/x-ndjson", "not json\n".repeat(2_000)));
        crowd.stuck(
            1_000,
            chunked("POST", path, "application/x-ndjson") + "10000\r\n" + item.substring(0, 40));
        // A byte a second keeps the idle timeout away.
        crowd.dripping(1_000, "PUT " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", "x");
        crowd.dripping(500, head("PUT", path, "application/json", 100_000) + "{", " ");
        crowd.dripping(
            500, head("POST", path, "application/x-ndjson", 100_000) + item.substring(0, 40), " ");
        tried = 11_000;
        last(service, () -> healthy.taken() > 20);
        Service.await(
            "it says that all connections are taken",
            Duration.ofSeconds(30),
            () -> contains(log, "All 10000 connections are taken"));
      }
      long normalMs = normalAgain(service, campaign, () -> true);

      report("11,000 connections that are stuck or drip", service, null, tried, healthy, normalMs);
      expectServed(healthy);
      assertEquals(1_001 + healthy.taken(), service.counts().path("accepted").asInt());
      expectBounded(service, healthy);
    }
  }

  @Test
  void shouldServeAHealthyClientBesideThoseWhoDoNotReadTheirLongAnswers() {
    int requests = 20_000;
    try (Service service =
        Service.serve(
            directory.resolve("readers"),
            "intake.idleMs=3000",
            "target.callsPerSecond=400",
            "campaignService.callsPerSecond=500",
            "campaignService.burst=100",
            "campaignService.buffer=1000000")) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "readers");
      Leads.putAll(url, campaign, "read", 0, requests, Duration.ofHours(1));
      Service.await("all have ended", Duration.ofSeconds(90), () -> service.unsettled() == 0);
      String feed = "GET /campaigns/" + campaign + "/outcomes HTTP/1.1\r\nHost: localhost\r\n\r\n";
      HealthyClient healthy = new HealthyClient(service, campaign, "healthy");
      try (healthy;
          var crowd = new Crowd(url)) {
        crowd.readingSlowly(100, feed, 512);
        crowd.stuck(400, feed);
        Service.Answer tooMany = Service.get(url + "/campaigns/" + campaign + "/outcomes");
        assertEquals(429, tooMany.status());
        last(service, () -> healthy.taken() > 20);
      }
      long normalMs =
          normalAgain(
              service,
              campaign,
              () -> Service.get(url + "/campaigns/" + campaign + "/outcomes").status() == 200);

      report("500 readers of a feed who don't read", service, null, 500, healthy, normalMs);
      expectServed(healthy);
      assertTrue(
          Service.get(url + "/campaigns/" + campaign + "/outcomes").body().lines().count()
              >= requests);
      expectBounded(service, healthy);
    }
  }

  /** Half-open connections: to the service one that is silent and one that is gone are alike. */
  @Test
  void shouldCloseWhoeverNeitherSendsNorReads() {
    try (Service service = paused("silent", "intake.idleMs=3000")) {
      String campaign = Leads.created(service.url("intake"), "silent");
      List<RawHttp> clients = new ArrayList<>();
      for (String text :
          List.of(
              "",
              "PUT /campaigns/",
              head("PUT", "/campaigns/" + campaign + "/dial-requests", "application/json", 500),
              chunked("POST", "/campaigns/" + campaign + "/dial-requests", "application/x-ndjson")
                  + "10000\r\n{")) {
        clients.add(new RawHttp(service.url("intake")).send(text));
      }
      for (RawHttp client : clients) {
        client.untilClosed(); // within its timeout, or it throws
        client.close();
      }
      assertEquals(200, put(service, campaign, "after").status());
    }
  }

  @Test
  void shouldEndBodiesThatHaveNoEnd() {
    try (Service service = paused("endless")) {
      String campaign = Leads.created(service.url("intake"), "endless");
      String path = "/campaigns/" + campaign + "/dial-requests";
      String redrive = path.replace("dial-requests", "dead-letters/redrive");
      String chunk = "10000\r\n" + " ".repeat(65_536) + "\r\n";
      for (String head :
          List.of(
              chunked("PUT", path, "application/json"),
              chunked("POST", redrive, "application/json"),
              "PUT " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Endless: ",
              "PUT /campaigns/")) {
        try (var client = new RawHttp(service.url("intake"))) {
          client.send(head);
          int sent = 0;
          while (sent < 2_000 && client.trySend(chunk)) { // 128 MiB
            sent++;
          }
          assertTrue(sent < 2_000, head + ": it took " + sent + " chunks");
        }
      }
      for (int bytes : List.of(6_291_457, Integer.MAX_VALUE)) {
        try (var client = new RawHttp(service.url("intake"))) {
          client.send(head("PUT", path, "application/json", bytes));
          assertEquals(413, client.reply().status());
        }
      }
      HealthyClient healthy = new HealthyClient(service, campaign, "healthy");
      try (healthy;
          var crowd = new Crowd(service.url("intake"))) {
        // A stream of lines has no end by its nature; a line has, and the rest of it is skipped.
        crowd.endless(20, chunked("POST", path, "application/x-ndjson"), chunk);
        crowd.endless(
            20,
            chunked("POST", path, "application/x-ndjson"),
            "10000\r\n" + "{\"no\":1}\n".repeat(8_192).substring(0, 65_536) + "\r\n");
        crowd.endless(100, chunked("PUT", path, "application/json"), chunk);
        last(service, () -> healthy.taken() > 20);
      }
      long normalMs = normalAgain(service, campaign, () -> true);

      report("140 bodies without an end", service, null, 140, healthy, normalMs);
      expectServed(healthy);
      assertEquals(1 + healthy.taken(), service.counts().path("accepted").asInt());
      expectBounded(service, healthy);
    }
  }

  // --- the course of an overload

  /** Waits {@code overload.seconds}, and until what is to be seen has been seen. */
  private static void last(Service service, BooleanSupplier seen) {
    long endNs = Clock.SYSTEM.nanoTime() + SECONDS * 1_000_000_000L;
    while (Clock.SYSTEM.nanoTime() < endNs) {
      LockSupport.parkNanos(50_000_000);
    }
    Service.await("the overload shows", Duration.ofSeconds(60), seen);
    assertTrue(service.isAlive());
  }

  private static boolean contains(Path log, String text) {
    try {
      return Files.readString(log).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop(Crowd.Flood flood) {
    Service.await("all are answered", Duration.ofSeconds(30), flood::stop);
  }

  /** Puts a second that are taken at most: of a few clients, each with one under way. */
  private static double capacity(Service service, Supplier<String> puts) {
    try (var crowd = new Crowd(service.url("intake"))) {
      Crowd.Flood flood = crowd.flood(16, puts);
      Service.await("it is warm", Duration.ofSeconds(60), () -> flood.answered(200) > 2_000);
      long beganNs = Clock.SYSTEM.nanoTime();
      int before = flood.answered(200);
      Service.await(
          "a rate shows", Duration.ofSeconds(60), () -> flood.answered(200) > before + 2_000);
      double perSecond =
          (flood.answered(200) - before) / ((Clock.SYSTEM.nanoTime() - beganNs) / 1e9);
      stop(flood);
      return perSecond;
    }
  }

  /** Milliseconds until a put is taken at once and {@code also} holds; one put more is taken. */
  private static long normalAgain(Service service, String campaign, BooleanSupplier also) {
    long beganNs = Clock.SYSTEM.nanoTime();
    Service.await(
        "all is as before", NORMAL_AGAIN, () -> put(service, campaign, "after").status() == 200);
    Service.await("all is as before", NORMAL_AGAIN, also);
    return (Clock.SYSTEM.nanoTime() - beganNs) / 1_000_000;
  }

  private static void expectOffered(Crowd.Flood flood, double perSecond) {
    assertTrue(flood.offered() >= 0.9 * perSecond * SECONDS, "offered: " + flood.offered());
  }

  private static void expectRefusedAsTheyShould(Crowd.Flood flood) {
    assertEquals(0, flood.answered(0), "answered with another status");
    assertEquals(0, flood.refusedWithoutRetryAfter());
    assertEquals(0, flood.notTakenWhole());
    assertEquals(0, flood.gone(), "connections that were closed");
  }

  private static void expectServed(HealthyClient healthy) {
    assertEquals(0, healthy.wrong(), healthy.lastTrouble());
    // A machine that stands still for a minute has idle connections afterwards.
    assertTrue(healthy.sentAgain() <= 3, healthy.sentAgain() + ": " + healthy.lastTrouble());
    assertTrue(healthy.looked() > 0, "the healthy client saw nothing");
  }

  private static void expectBounded(Service service, HealthyClient healthy) {
    long resident = Math.max(healthy.residentBytesMax(), service.residentBytes());
    assertTrue(resident < RESIDENT_BYTES_MAX, "resident: " + resident);
    assertTrue(heapBytes(service) < 512L << 20, "heap: " + heapBytes(service));
  }

  private static long heapBytes(Service service) {
    Matcher used = HEAP_USED.matcher(Service.get(service.url("management") + "/metrics").body());
    double bytes = 0;
    while (used.find()) {
      bytes += Double.parseDouble(used.group(1));
    }
    assertTrue(bytes > 0, "no heap in the metrics");
    return (long) bytes;
  }

  private static void expectDialledOnce(Service service, String campaign, long requests) {
    Set<String> tokens = new HashSet<>(Leads.recorded(service.url("target"), campaign));
    assertEquals(requests, tokens.size());
    assertEquals(requests, Service.record(service.url("target"), campaign).size());
  }

  // --- the figures

  private static synchronized void report(
      String what,
      Service service,
      Crowd.@Nullable Flood flood,
      int each,
      HealthyClient healthy,
      long normalMs) {
    String offered =
        flood == null
            ? String.format(Locale.ROOT, "%,d connections | | |", each)
            : String.format(
                Locale.ROOT,
                "%,d/s | %,d/s | %,d/s |",
                (long) flood.offered() * each / SECONDS,
                (long) flood.answered(200) * each / SECONDS,
                (long) (flood.answered(429) + flood.answered(503)) * each / SECONDS);
    String row =
        String.format(
            Locale.ROOT,
            "| %s | %d s | %s %,d of %,d, %,d told to come again | %d / %d / %d ms | %d MiB, heap"
                + " %d MiB | %.1f s |%n",
            what,
            SECONDS,
            offered,
            healthy.taken() + healthy.looked(),
            healthy.taken() + healthy.looked() + healthy.refused() + healthy.wrong(),
            healthy.refused(),
            healthy.answeredMs(50),
            healthy.answeredMs(99),
            healthy.answeredMs(100),
            healthy.residentBytesMax() >> 20,
            heapBytes(service) >> 20,
            normalMs / 1e3);
    try {
      Files.writeString(
          Files.createDirectories(Path.of("target")).resolve("overload.md"),
          row,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- what is sent

  /** Puts of 25 requests each, all with tokens of their own. */
  private static Supplier<String> puts(String campaign, String prefix) {
    var batches = new AtomicInteger();
    String deadline = Leads.in(Duration.ofHours(4));
    return () -> {
      int first = batches.getAndIncrement() * ITEMS;
      var body = new StringBuilder(4_000).append("{\"dialRequests\":[");
      for (int i = first; i < first + ITEMS; i++) {
        body.append(i == first ? "" : ",")
            .append("{\"clientToken\":\"")
            .append(prefix)
            .append('-')
            .append(i)
            .append("\",\"phoneNumber\":\"+1206")
            .append(2_000_000 + i % 7_000_000)
            .append("\",\"expirationTime\":\"")
            .append(deadline)
            .append("\",\"attributes\":{}}");
      }
      return request("PUT", campaign, "application/json", body.append("]}").toString());
    };
  }

  private static Service paused(String name, String... sets) {
    return Service.serve(directory.resolve(name), sets);
  }

  private static String head(String method, String path, String type, int bytes) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        + type
        + "\r\nContent-Length: "
        + bytes
        + "\r\n\r\n";
  }

  private static String chunked(String method, String path, String type) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        + type
        + "\r\nTransfer-Encoding: chunked\r\n\r\n";
  }

  private static String request(String method, String campaign, String type, String body) {
    return head(method, "/campaigns/" + campaign + "/dial-requests", type, body.length()) + body;
  }

  private static void expectRefused(
      Service service, String campaign, String message, int accepted) {
    Service.Answer refused = put(service, campaign, "c");
    assertEquals(429, refused.status());
    assertEquals(message, refused.json().path("message").asText());
    assertEquals(accepted, service.counts().path("accepted").asInt());
    assertTrue(service.status(campaign, "c").path("message").asText().contains("No dial request"));
  }

  private static Service.Answer put(Service service, String campaign, String token) {
    return Service.call(
        "PUT",
        service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
        "application/json",
        """
        {"dialRequests":[{"clientToken":"%s","phoneNumber":"+12065550100","expirationTime":"%s",
          "attributes":{}}]}
        """
            .formatted(token, Instant.now().plus(Duration.ofHours(1))));
  }
}
