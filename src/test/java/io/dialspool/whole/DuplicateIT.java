package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The same clientToken again: one request, one id, one call. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DuplicateIT {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir static Path directory;

  private static Service service;

  @BeforeAll
  static void start() {
    service = serve();
  }

  private static Service serve() {
    return Service.serve(
        directory, "campaignService.callsPerSecond=100", "target.callsPerSecond=100");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  @Order(1)
  void shouldAnswerRepeatedTokenWithRenewedExpiryAsSuccessWithTheSameId() {
    String campaign = Leads.created(url(), "renewed");
    String id = taken(put(campaign, Leads.item("t", 1, HOUR)));
    String deadline = service.status(campaign, "t").path("deadline").asText();
    assertEquals(id, taken(put(campaign, Leads.item("t", 1, HOUR.multipliedBy(5)))));
    ObjectNode turned = Leads.item("t", 1, HOUR);
    turned.putObject("attributes").put("region", "north").put("customer", "lead-1");
    assertEquals(id, taken(put(campaign, turned)), "the same attributes in another order");
    assertEquals(deadline, service.status(campaign, "t").path("deadline").asText());
    assertEquals(1, accepted(campaign));
    assertTrue(!id.equals(taken(put(campaign, Leads.item("u", 1, HOUR)))));
    assertEquals(
        1, accepted(other(campaign)), "the token belongs to its campaign, not to the account");
  }

  private static String other(String campaign) {
    String other = Leads.created(url(), "other than " + campaign);
    taken(put(other, Leads.item("t", 2, HOUR)));
    return other;
  }

  @Test
  @Order(2)
  void shouldFailOtherContentUnderKnownToken() {
    String campaign = Leads.created(url(), "other content");
    String id = taken(put(campaign, Leads.item("t", 1, HOUR)));
    ObjectNode otherNumber = Leads.item("t", 1, HOUR).put("phoneNumber", Leads.number(2));
    ObjectNode otherValue = Leads.item("t", 1, HOUR);
    otherValue.putObject("attributes").put("customer", "lead-2").put("region", "north");
    ObjectNode oneMore = Leads.item("t", 1, HOUR);
    oneMore.withObject("/attributes").put("more", "");
    ObjectNode none = Leads.item("t", 1, HOUR);
    none.putObject("attributes");
    for (ObjectNode item : List.of(otherNumber, otherValue, oneMore, none)) {
      Service.Answer answer = put(campaign, item);
      assertEquals(200, answer.status());
      assertEquals(0, answer.json().path("successfulRequests").size(), answer::body);
      assertEquals(
          "[{\"clientToken\":\"t\",\"failureCode\":\"InvalidInput\"}]",
          answer.json().path("failedRequests").toString());
    }
    assertEquals(id, taken(put(campaign, Leads.item("t", 1, HOUR))));
    assertEquals(1, accepted(campaign));
  }

  @Test
  @Order(3)
  void shouldTakeTokenTwiceInOneBodyOnce() {
    String campaign = Leads.created(url(), "one body");
    ObjectNode other = Leads.item("t", 1, HOUR).put("phoneNumber", Leads.number(9));
    JsonNode answer =
        put(campaign, Leads.item("t", 1, HOUR), Leads.item("t", 1, HOUR.multipliedBy(2)), other)
            .json();
    List<String> ids = new ArrayList<>();
    answer.path("successfulRequests").forEach(item -> ids.add(item.path("id").asText()));
    assertEquals(2, ids.size(), answer::toString);
    assertEquals(ids.get(0), ids.get(1));
    assertEquals(1, answer.path("failedRequests").size(), answer::toString);
    assertEquals(1, accepted(campaign));
  }

  @Test
  @Order(4)
  void shouldTakeTokenOnceFromManyConnectionsAtOnce()
      throws InterruptedException, ExecutionException, TimeoutException {
    String campaign = Leads.running(url(), "at once");
    int senders = 16;
    int rounds = 10;
    String body =
        Leads.body(IntStream.range(0, 25).mapToObj(i -> Leads.item("t-" + i, i, HOUR)).toList());
    ExecutorService threads = Executors.newFixedThreadPool(senders);
    try {
      var together = new CyclicBarrier(senders);
      Callable<Set<String>> sender =
          () -> {
            Set<String> answers = new HashSet<>();
            together.await(20, TimeUnit.SECONDS);
            for (int round = 0; round < rounds; round++) {
              answers.add(Leads.put(url(), campaign, body).body());
            }
            return answers;
          };
      Set<String> answers = new HashSet<>();
      for (Future<Set<String>> each :
          IntStream.range(0, senders).mapToObj(i -> threads.submit(sender)).toList()) {
        answers.addAll(each.get(60, TimeUnit.SECONDS));
      }
      assertEquals(1, answers.size(), "every answer names the same ids: " + answers);
      assertTrue(answers.iterator().next().contains("\"failedRequests\":[]"));
    } finally {
      threads.shutdownNow();
    }
    assertEquals(25, accepted(campaign));
    Service.await(
        "submitted",
        Duration.ofSeconds(20),
        () -> counts(campaign).path("submitted").asInt() == 25);
    List<JsonNode> record = Service.record(service.url("target"), campaign);
    Leads.expectEachOnce(record, Leads.tokens("t", 0, 25));
    assertTrue(record.stream().allMatch(line -> line.path("times").asInt() == 1));
  }

  @Test
  @Order(5)
  void shouldKnowTokenAfterItsOutcomeAndAfterRestart() throws IOException {
    String campaign = Leads.running(url(), "outcome");
    Leads.putAll(url(), campaign, "sent", 0, 50, HOUR);
    Service.await(
        "submitted",
        Duration.ofSeconds(20),
        () -> counts(campaign).path("submitted").asInt() == 50);
    Leads.change(url(), campaign, "pause");
    String held = taken(put(campaign, Leads.item("held", 60, HOUR)));
    JsonNode sent = service.status(campaign, "sent-7");
    String id = sent.path("id").asText();
    assertEquals(id, taken(put(campaign, Leads.item("sent-7", 7, HOUR))));
    assertEquals(51, accepted(campaign));

    service.kill();
    service = serve();

    assertEquals(id, taken(put(campaign, Leads.item("sent-7", 7, HOUR))));
    assertEquals(held, taken(put(campaign, Leads.item("held", 60, HOUR))));
    assertEquals(
        1, put(campaign, Leads.item("held", 61, HOUR)).json().path("failedRequests").size());
    assertEquals(sent, service.status(campaign, "sent-7"));
    assertTrue(
        Times.of(sent, "settledAt")
            .isAfter(Times.of(sent, "acceptedAt").minus(1, ChronoUnit.SECONDS)));
    assertEquals(51, accepted(campaign));
    Leads.change(url(), campaign, "resume");
    Service.await(
        "the held one is sent",
        Duration.ofSeconds(20),
        () -> counts(campaign).path("submitted").asInt() == 51);
    List<String> all = new ArrayList<>(Leads.tokens("sent", 0, 50));
    all.add("held");
    Leads.expectEachOnce(Service.record(service.url("target"), campaign), all);
  }

  private static String url() {
    return service.url("intake");
  }

  private static Service.Answer put(String campaign, ObjectNode... items) {
    return Leads.put(url(), campaign, items);
  }

  /** The id of the one item, which must have been taken. */
  private static String taken(Service.Answer answer) {
    assertEquals(1, answer.json().path("successfulRequests").size(), answer::body);
    return answer.json().at("/successfulRequests/0/id").asText();
  }

  private static JsonNode counts(String campaign) {
    return service.report(campaign).path("counts");
  }

  private static int accepted(String campaign) {
    return counts(campaign).path("accepted").asInt();
  }
}
