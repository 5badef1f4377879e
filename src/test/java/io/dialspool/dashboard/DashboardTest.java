package io.dialspool.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Outcome;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.WaitingFor;
import io.dialspool.time.Clock;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DashboardTest implements Clock {
  private static final String JSON = "Content-Type";
  private static final String TYPE = "application/json; charset=utf-8";

  private final FakeDesk desk = new FakeDesk();
  private final List<String> passed = new ArrayList<>();
  private long nowMs = 1_795_262_400_000L; // 2026-11-21T12:00:00Z

  private final Dashboard dashboard =
      new Dashboard(
          desk,
          call -> {
            passed.add(call.method() + " " + call.uri());
            call.answer(HttpAnswer.empty());
          },
          this,
          Runnable::run,
          () -> {});

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public long epochMs() {
    return nowMs;
  }

  private void second() {
    nowMs += 1_000;
    dashboard.took(FakeDesk.sum(100));
    dashboard.took(desk.campaigns);
  }

  private Visit visit() {
    return new Visit(dashboard, Visit.HERE);
  }

  private static JsonNode event(String name, String stream) {
    Matcher event = Pattern.compile("event: " + name + "\ndata: (.*)\n\n").matcher(stream);
    assertTrue(event.find(), stream);
    return new Visit.Answer(200, EmptyHttpHeaders.INSTANCE, event.group(1)).json();
  }

  // --- watching

  @Test
  void shouldTellAWatcherThePastAndThenEachSecond() {
    desk.campaigns.add(FakeDesk.report("c-1", "Paused", WaitingFor.CAMPAIGN_PAUSED, 5));
    second();
    second();
    Visit visit = visit();
    visit.send("GET", "/dashboard/live");
    String first = visit.streamed();
    assertTrue(event("hello", first).path("control").asBoolean());
    assertFalse(event("hello", first).path("asked").asBoolean());
    JsonNode past = event("history", first);
    assertEquals(List.of(nowMs - 1_000, nowMs), longs(past.path("at")));
    assertEquals(List.of(100L, 100L), longs(past.path("accepted")));
    assertEquals(750, past.path("admittedHundredths").get(0).asInt());

    second();
    JsonNode picture = event("picture", visit.streamed());
    assertEquals(nowMs, picture.path("at").asLong());
    assertTrue(picture.path("conserved").asBoolean());
    assertEquals("the campaign is paused", picture.at("/campaigns/0/held").asText());
    assertEquals(1, picture.path("campaignsTotal").asInt());
    assertFalse(picture.has("refusing"));
  }

  private static List<Long> longs(JsonNode list) {
    var longs = new ArrayList<Long>();
    list.forEach(one -> longs.add(one.asLong()));
    return longs;
  }

  @Test
  void shouldSayWhyIntakeRefuses() {
    Visit visit = visit();
    visit.send("GET", "/dashboard/live");
    desk.overload = ApiError.throttled("The disk of the spool is full.", 10);
    second();
    assertEquals(
        "The disk of the spool is full.",
        event("picture", visit.streamed()).path("refusing").asText());
  }

  @Test
  void shouldTellAllTheSamePicture() {
    Visit one = visit();
    Visit another = visit();
    one.send("GET", "/dashboard/live");
    another.send("GET", "/dashboard/live");
    one.streamed();
    another.streamed();
    second();
    assertEquals(one.streamed(), another.streamed());
  }

  @Test
  void shouldLetNoMoreThanSoManyWatchAndTakeOneInWhenAnotherLeaves() {
    var visits = new ArrayList<Visit>();
    for (int i = 0; i < Watchers.WATCHERS_MAX; i++) {
      Visit visit = visit();
      visit.send("GET", "/dashboard/live");
      visits.add(visit);
    }
    assertEquals(429, visit().call("GET", "/dashboard/live").status());
    visits.get(0).leave();
    second();
    Visit late = visit();
    late.send("GET", "/dashboard/live");
    assertTrue(late.streamed().contains("event: hello"));
  }

  @Test
  void shouldDropAWatcherWhoReadsNoMoreAndHoldNothingForHim() {
    Visit slow = visit();
    slow.send("GET", "/dashboard/live");
    slow.streamed();
    slow.stuck = true;
    Visit other = visit();
    other.send("GET", "/dashboard/live");
    for (int i = 0; i < Watchers.MISSED_MAX + 1; i++) {
      second();
      assertTrue(slow.isOpen());
    }
    second();
    assertFalse(slow.isOpen());
    assertTrue(other.isOpen());
    assertTrue(other.streamed().contains("event: picture"));
  }

  @Test
  void shouldEndAStreamAfterAWhileSoThatItsKeyIsJudgedAnew() {
    Visit visit = visit();
    visit.send("GET", "/dashboard/live");
    for (int i = 0; i < Watchers.PIECES_MAX - 1; i++) {
      second();
    }
    assertTrue(visit.streamed().endsWith("\n\n"));
    second();
    assertEquals("", visit.streamed());
    second();
    assertEquals("", visit.streamed());
    assertTrue(visit.isOpen());
  }

  @Test
  void shouldTellAnotherMachineThatItMayOnlyLookWithoutAKeyFile() {
    var visit = new Visit(dashboard, Visit.ELSEWHERE);
    visit.send("GET", "/dashboard/live");
    assertFalse(event("hello", visit.streamed()).path("control").asBoolean());
  }

  // --- passing on

  @Test
  void shouldPassOnWhatThePageNeedsOfTheDataPort() {
    for (String call :
        List.of(
            "POST /campaigns/c-1/pause",
            "DELETE /campaigns/c-1/dial-requests/t-1",
            "GET /campaigns/c-1/spool",
            "POST /campaigns-summary")) {
      String[] parts = call.split(" ", 2);
      assertEquals(200, visit().call(parts[0], parts[1], JSON, TYPE).status(), call);
      assertEquals(call, passed.remove(0));
    }
  }

  @Test
  void shouldTakeNoDialRequestsAndKnowNoOtherPaths() {
    for (String call :
        List.of(
            "PUT /campaigns/c-1/dial-requests",
            "POST /campaigns/c-1/dial-requests",
            "DELETE /campaigns/c-1",
            "PUT /campaigns",
            "PUT /faults",
            "POST /",
            "GET /assets/../pom.xml",
            "GET /assets/nothing.js",
            "GET /dashboard/nothing",
            "POST /dashboard/live")) {
      String[] parts = call.split(" ", 2);
      assertEquals(404, visit().call(parts[0], parts[1], JSON, TYPE).status(), call);
    }
    assertEquals(List.of(), passed);
  }

  @Test
  void shouldDoNothingForABodyThatAPageOfAnotherSiteCanSend() {
    for (String type : List.of("", "text/plain", "application/x-www-form-urlencoded")) {
      Visit.Answer answer = visit().call("POST", "/campaigns/c-1/stop", JSON, type);
      assertEquals(400, answer.status(), type);
      assertTrue(answer.body().contains("expected: application/json"), answer.body());
    }
    assertEquals(List.of(), passed);
  }

  @Test
  void shouldControlNothingForAnotherMachineWithoutAKeyFile() {
    var elsewhere = new Visit(dashboard, Visit.ELSEWHERE);
    Visit.Answer refused = elsewhere.call("POST", "/campaigns/c-1/stop", JSON, TYPE);
    assertEquals(403, refused.status());
    assertTrue(refused.body().contains("doors.keyFile"), refused.body());
    assertEquals(
        403, elsewhere.call("DELETE", "/campaigns/c-1/dial-requests/t", JSON, TYPE).status());
    assertEquals(List.of(), passed);
    assertEquals(200, elsewhere.call("GET", "/spool").status());
    assertEquals(200, elsewhere.call("POST", "/campaigns-state", JSON, TYPE).status());
  }

  // --- one request, one campaign

  @Test
  void shouldTellARequestsStoryInTheReadersTime() {
    desk.campaigns.add(FakeDesk.report("c-1", "Paused", WaitingFor.CAMPAIGN_PAUSED, 5));
    desk.requests.add(request("t-1"));
    JsonNode story =
        visit()
            .call("GET", "/dashboard/story?campaign=c-1&clientToken=t-1&zone=Europe%2FBerlin")
            .json();
    assertEquals("+1206*****00", story.at("/request/phoneNumber").asText());
    String text = story.path("lines").toString();
    assertTrue(text.contains("\"accepted\",\"text\":\"12:59:00, 1 min ago\""), text);
    assertTrue(text.contains("QUEUED: the campaign is paused"), text);
    assertFalse(text.contains("2065550100"), text);
    assertEquals(
        200,
        visit().call("GET", "/dashboard/story?campaign=c-1&clientToken=t-1&id=ds-1-42").status());
  }

  private RequestStatus request(String token) {
    return new RequestStatus(
        new CampaignId("c-1"),
        new ClientToken(token),
        new RequestId(1, 42),
        RequestState.QUEUED,
        WaitingFor.CAMPAIGN_PAUSED,
        "+12065550100",
        nowMs - 60_000,
        nowMs + 60_000,
        0,
        0,
        0,
        null,
        Reason.NONE,
        null);
  }

  @Test
  void shouldSayWhatIsWrongWithAQuestion() {
    desk.requests.add(request("t-1"));
    assertFault(404, "No dial request", "story?campaign=c-1&clientToken=t-2");
    assertFault(404, "No dial request", "story?campaign=c-1&clientToken=t-2&id=ds-1-42");
    assertFault(400, "clientToken: not a token", "story?campaign=c-1&clientToken=%20");
    assertFault(400, "clientToken: not a token", "story?campaign=c-1");
    assertFault(400, "zone: not a time zone", "story?campaign=c-1&clientToken=t-1&zone=Mars");
    assertFault(400, "id: not an id", "story?campaign=c-1&clientToken=t-1&id=7");
    assertFault(400, "campaign: not a campaign id", "story?clientToken=t-1");
    assertFault(404, "No dial request of this campaign", "campaign?campaign=c-9");
    assertFault(404, "No dial request of this campaign", "dead-letters?campaign=c-9");
    assertFault(400, "state: not known", "dead-letters?campaign=c-1&state=SUBMITTED");
    assertFault(400, "reason: not known", "dead-letters?campaign=c-1&reason=WEATHER");
    assertFault(400, "settledAfter: not a time", "dead-letters?campaign=c-1&settledAfter=noon");
    assertFault(400, "after: not a cursor", "dead-letters?campaign=c-1&after=x");
  }

  private void assertFault(int status, String message, String question) {
    Visit.Answer answer = visit().call("GET", "/dashboard/" + question);
    assertEquals(status, answer.status(), question);
    assertTrue(answer.json().path("message").asText().startsWith(message), answer.body());
  }

  @Test
  void shouldTellACampaignsPast() {
    desk.campaigns.add(FakeDesk.report("c-1", "Paused", WaitingFor.CAMPAIGN_PAUSED, 5));
    second();
    JsonNode past = visit().call("GET", "/dashboard/campaign?campaign=c-1").json();
    assertEquals("Paused", past.at("/gate/state").asText());
    assertEquals("the campaign is paused", past.path("held").asText());
    assertEquals(List.of(12L), longs(past.at("/history/accepted")));
    assertEquals("Paused", past.at("/events/0/state").asText());
  }

  // --- dead letters

  @Test
  void shouldFindTheDeadLettersThatFitAndGoOnWhereItLeftOff() {
    for (int i = 0; i < 230; i++) {
      desk.deadLetters.add(dead(i, i % 2 == 0 ? RequestState.EXPIRED : RequestState.REJECTED));
    }
    JsonNode first =
        visit().call("GET", "/dashboard/dead-letters?campaign=c-1&state=EXPIRED").json();
    assertEquals(100, first.path("deadLetters").size());
    assertEquals(199, first.path("looked").asInt());
    assertEquals("+1206*****00", first.at("/deadLetters/0/phoneNumber").asText());
    JsonNode rest =
        visit()
            .call(
                "GET",
                "/dashboard/dead-letters?campaign=c-1&state=EXPIRED&after="
                    + first.path("next").asText())
            .json();
    assertEquals(15, rest.path("deadLetters").size());
    assertEquals("t-200", rest.at("/deadLetters/0/clientToken").asText());
    assertFalse(rest.has("next"));
  }

  @Test
  void shouldFindDeadLettersByTimeReasonAndToken() {
    for (int i = 0; i < 30; i++) {
      desk.deadLetters.add(dead(i, RequestState.EXPIRED));
    }
    assertEquals(5, found("&settledBefore=2026-11-21T12:00:05Z"));
    assertEquals(25, found("&settledAfter=2026-11-21T12:00:05Z"));
    assertEquals(1, found("&clientToken=t-17"));
    assertEquals(0, found("&reason=IN_DOUBT"));
  }

  private int found(String filter) {
    return visit()
        .call("GET", "/dashboard/dead-letters?campaign=c-1" + filter)
        .json()
        .path("deadLetters")
        .size();
  }

  @Test
  void shouldLookThroughABoundedNumberAtATime() {
    for (int i = 0; i < DeadLetterSearch.LOOKED_MAX + 10; i++) {
      desk.deadLetters.add(dead(i, RequestState.EXPIRED));
    }
    desk.pageMax = 500;
    JsonNode none =
        visit().call("GET", "/dashboard/dead-letters?campaign=c-1&state=REJECTED").json();
    assertEquals(DeadLetterSearch.LOOKED_MAX, none.path("looked").asInt());
    assertEquals(DeadLetterSearch.LOOKED_MAX + "-0", none.path("next").asText());
    assertEquals(DeadLetterSearch.LOOKED_MAX / 500, desk.pages);
  }

  private Outcome dead(int i, RequestState state) {
    return new Outcome(
        (i + 1) + "-0",
        new RequestId(1, i),
        new ClientToken("t-" + i),
        state,
        Reason.NONE,
        null,
        0,
        0,
        null,
        nowMs - 60_000,
        nowMs,
        nowMs + i * 1_000L,
        "+12065550100",
        "{}",
        null,
        null);
  }
}
