package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code why} for a request in each state and for each reason of waiting. */
class WhyIT {
  private static final Duration HOURS = Duration.ofHours(4);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @TempDir Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();
  private Service target;
  private Service service;

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  // --- waiting

  @Test
  @Timeout(300)
  void shouldTellWhatARequestWaitsFor() {
    startTarget();
    serve(target.url("campaign-service"));

    String fresh = put(Leads.created(intake(), "fresh"));
    assertWhy(fresh, "QUEUED: the campaign was not started yet, since ");
    assertAdvice("start the campaign");

    String paused = Leads.running(intake(), "paused");
    Leads.change(intake(), paused, "pause");
    assertWhy(put(paused), "QUEUED: the campaign is paused, since ");
    assertTold("sent", "never");
    assertAdvice("resume the campaign");

    String failed = Leads.created(intake(), "failed");
    put(failed);
    state(failed, "Failed");
    await(failed, "CAMPAIGN_FAILED");
    assertWhy(failed, "QUEUED: the campaign has failed, since ");
    assertAdvice("look at the campaign in Amazon Connect");

    String full = Leads.running(intake(), "full");
    String odd = Leads.running(intake(), "odd");
    String denied = Leads.running(intake(), "denied");
    String slow = Leads.running(intake(), "slow");
    String down = Leads.running(intake(), "down");
    fault("{\"buffer\":0}");
    await(put(full), "DIALER_FULL");
    assertWhy(full, "QUEUED: the agents are the limit");
    assertTold("sent", "the last answer for it was RequestThrottled");

    fault("{\"shareUnknownError\":1}");
    put(odd);
    Service.await(
        "three attempts", SOON, () -> service.status(odd, "t-0").path("attempts").asInt() >= 3);
    await(odd, "BACKOFF");
    assertWhy(odd, "QUEUED: it is tried again after a backoff");
    assertTold("sent", " calls carried it, the last at ");
    assertTold("sent", "attempts counted; the last answer for it was UnknownError");

    fault("{\"operations\":{\"PutDialRequestBatch\":\"AccessDeniedException\"}}");
    await(put(denied), "HELD_BY_ALARM");
    assertWhy(denied, "QUEUED: an alarm holds the campaign: ");
    assertWhy(denied, "AccessDenied");
    assertAdvice("tried again a minute after the alarm");

    fault("{\"latencyMs\":9000}");
    put(slow);
    Service.await(
        "in flight",
        SOON,
        () -> service.status(slow, "t-0").path("state").asText().equals("IN_FLIGHT"));
    assertWhy(slow, "IN_FLIGHT: in a call whose answer is not there yet, since ");
    assertAdvice("wait");

    target.kill();
    await(put(down), "TARGET_DOWN");
    assertWhy(down, "QUEUED: the target doesn't answer");
    assertAdvice("preflight");
  }

  @Test
  @Timeout(120)
  void shouldTellThatTheCallsAreFewOrTheBatchIsNotFull() throws IOException {
    Path log = directory.resolve("log");
    service =
        own(
            Service.serveLogged(
                log,
                directory,
                "log.format=json",
                "target.callsPerSecond=0.1",
                "campaignService.callsPerSecond=1000",
                "dispatch.lingerScarceMs=60000"));
    String many = Leads.running(intake(), "many");
    Leads.putAll(intake(), many, "t", 0, 200, HOURS);
    Service.await(
        "few calls",
        SOON,
        () -> service.status(many, "t-199").path("waitingFor").asText().equals("CALL_BUDGET"));
    Service.Ran told = why(many, "t-199");
    assertTrue(told.out().contains("QUEUED: the API rate is the limit"), told::out);
    // Calls are scarce now, so it waits for company as long as it may.
    String one = Leads.running(intake(), "one");
    Leads.putAll(intake(), one, "t", 0, 1, HOURS);
    await(one, "BATCH");
    assertWhy(one, "QUEUED: a batch is being filled");
    // Something for the log: an alarm.
    Service.call(
        "PUT",
        service.url("target") + "/campaign-states",
        "application/json",
        "{\"campaignId\":\"" + one + "\",\"state\":\"Failed\"}");
    await(one, "CAMPAIGN_FAILED");
    service.terminate();
    List<String> logged = Files.readAllLines(log);
    assertFalse(logged.isEmpty());
    for (String line : logged) {
      JsonNode read = new Service.Answer(200, line).json();
      for (String member : List.of("time", "level", "logger", "thread", "message")) {
        assertTrue(read.path(member).isTextual(), line);
      }
    }
  }

  // --- ended

  @Test
  @Timeout(300)
  void shouldTellHowARequestEndedAndWhatCanBeDone() {
    startTarget();
    Tap tap = own(new Tap(target.url("campaign-service"), WhyIT::answer));
    serve(tap.url(), "dispatch.attemptsMax=1");

    String fine = Leads.running(intake(), "fine");
    assertEquals(
        200,
        Service.call(
                "PUT",
                intake() + "/campaigns/" + fine + "/dial-requests",
                "application/json",
                Leads.body(List.of(Leads.item("t-0", 0, HOURS))),
                Map.of("traceparent", TRACE))
            .status());
    ended(fine, "t-0", "SUBMITTED");
    assertWhy(fine, "SUBMITTED: the target took it");
    assertTold("trace", TRACE);
    assertTold("known as", " at the target");
    assertEquals(TRACE, service.status(fine, "t-0").path("traceparent").asText());

    Service.Ran unknown = why(fine, "never-sent");
    assertEquals(1, unknown.exitCode());
    assertTrue(unknown.err().contains("no dial request with this clientToken"), unknown::err);

    List<ObjectNode> items = new ArrayList<>();
    IntStream.range(100, 124).forEach(i -> items.add(Leads.item("good-" + i, i, HOURS)));
    items.add(Leads.item("bad-0", 124, HOURS));
    Leads.put(intake(), fine, Leads.body(items));
    ended(fine, "bad-0", "REJECTED");
    assertWhy(fine, "bad-0", "REJECTED: the target refused it for good: InvalidInput");
    assertAdvice("dialspool redrive, if it is still wanted");

    Leads.put(intake(), fine, Leads.item("brief", 200, Duration.ofSeconds(20)));
    ended(fine, "brief", "EXPIRED");
    assertWhy(fine, "brief", "EXPIRED: its deadline came first, and it was never sent");

    String paused = Leads.running(intake(), "paused");
    Leads.change(intake(), paused, "pause");
    Leads.putAll(intake(), paused, "t", 0, 2, HOURS);
    Service.call("DELETE", intake() + "/campaigns/" + paused + "/dial-requests/t-0", "", "");
    assertWhy(paused, "CANCELLED: recalled before it was sent");

    Leads.change(intake(), paused, "stop");
    ended(paused, "t-1", "UNDELIVERABLE");
    assertWhy(paused, "t-1", "UNDELIVERABLE: the campaign was stopped");
    assertAdvice("dialspool redrive, once the cause is gone");

    String gone = put(Leads.created(intake(), "gone"));
    assertEquals(200, Service.call("DELETE", intake() + "/campaigns/" + gone, "", "").status());
    ended(gone, "t-0", "UNDELIVERABLE");
    assertWhy(gone, "UNDELIVERABLE: the campaign is gone");

    String tried = Leads.running(intake(), "tried");
    String doubted = Leads.running(intake(), "doubted");
    fault("{\"shareUnknownError\":1}");
    put(tried);
    ended(tried, "t-0", "UNDELIVERABLE");
    assertWhy(tried, "UNDELIVERABLE: every attempt that it had failed");
    assertTold("sent", "1 attempt counted; the last answer for it was UnknownError");

    fault("{}");

    Leads.putAll(intake(), doubted, "lost", 0, 25, HOURS);
    Service.await(
        "calls without an answer",
        SOON,
        () -> service.status(doubted, "lost-0").path("calls").asInt() >= 2);
    Leads.change(intake(), doubted, "stop");
    ended(doubted, "lost-0", "UNDELIVERABLE");
    assertWhy(doubted, "lost-0", "UNDELIVERABLE: a call that got no answer may have carried it");
    assertTold("in doubt", "it was in a call that got no answer; the campaign was stopped");
    assertTold("token", "known to the target until ");
    assertAdvice("--in-doubt --token lost-0");
  }

  /**
   * Answers a batch with a bad one by itself and none with a lost one; the target never sees them.
   */
  private static String answer(String body) {
    if (body.contains("\"lost-")) {
      return Tap.NO_ANSWER;
    }
    if (!body.contains("\"bad-")) {
      return "";
    }
    JsonNode requests = new Service.Answer(200, body).json().path("dialRequests");
    ObjectNode all = Service.JSON.createObjectNode();
    ArrayNode taken = all.putArray("successfulRequests");
    ArrayNode refused = all.putArray("failedRequests");
    for (JsonNode request : requests) {
      String token = request.path("clientToken").asText();
      if (token.startsWith("bad-")) {
        refused.addObject().put("clientToken", token).put("failureCode", "InvalidInput");
      } else {
        taken.addObject().put("clientToken", token).put("id", "id-of-" + token);
      }
    }
    return all.toString();
  }

  // --- steps

  private void startTarget() {
    target =
        own(
            Service.campaignService(
                directory.resolve("target"), "--calls-per-second", "1000", "--burst", "1000"));
  }

  private void serve(String endpoint, String... sets) {
    var all =
        new ArrayList<String>(
            List.of(
                "target.kind=connect-campaigns",
                "target.endpoint=" + endpoint,
                "target.accessKeyId=test",
                "target.secretAccessKey=test",
                "target.callsPerSecond=1000"));
    all.addAll(List.of(sets));
    service = own(Service.serve(directory, all.toArray(String[]::new)));
  }

  private <T extends AutoCloseable> T own(T part) {
    open.add(0, part);
    return part;
  }

  private String intake() {
    return service.url("intake");
  }

  /** A full batch, so that it needn't wait for company. */
  private String put(String campaign) {
    Leads.putAll(intake(), campaign, "t", 0, 25, HOURS);
    return campaign;
  }

  private void fault(String json) {
    assertEquals(
        200,
        Service.call("PUT", target.url("campaign-service") + "/faults", "application/json", json)
            .status());
  }

  private void state(String campaign, String state) {
    assertEquals(
        200,
        Service.call(
                "PUT",
                target.url("campaign-service") + "/campaign-states",
                "application/json",
                "{\"campaignId\":\"" + campaign + "\",\"state\":\"" + state + "\"}")
            .status());
  }

  private void await(String campaign, String waitingFor) {
    Service.await(
        waitingFor,
        SOON,
        () -> service.status(campaign, "t-0").path("waitingFor").asText().equals(waitingFor));
  }

  private void ended(String campaign, String token, String state) {
    Service.await(
        token + " " + state,
        SOON,
        () -> {
          JsonNode status = service.status(campaign, token);
          return status.path("state").asText().equals(state) && status.has("settledAt");
        });
  }

  private String story = "";

  private Service.Ran why(String campaign, String token) {
    return Service.run("why", token, "--campaign", campaign, "--endpoint", intake());
  }

  private void assertWhy(String campaign, String now) {
    assertWhy(campaign, "t-0", now);
  }

  private void assertWhy(String campaign, String token, String now) {
    Service.Ran told = why(campaign, token);
    assertEquals(0, told.exitCode(), told::err);
    story = told.out();
    assertTold("now", now);
    assertTold("number", "+1206*****");
    assertTold("accepted", " s ago");
    assertTold("deadline", ", ");
  }

  private void assertAdvice(String advice) {
    assertTold("to do", advice);
  }

  private void assertTold(String what, String text) {
    assertTrue(
        story.lines().anyMatch(line -> line.startsWith(what + " ") && line.contains(text)),
        () -> what + ": " + text + " isn't in\n" + story);
  }
}
