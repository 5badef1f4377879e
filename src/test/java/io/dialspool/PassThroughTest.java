package io.dialspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dialspool.dispatch.Campaigns;
import io.dialspool.dispatch.Routes;
import io.dialspool.request.CampaignId;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.Clock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassThroughTest {
  private final Echo here = new Echo("us-east-1");
  private final Echo eu = new Echo("eu-central-1");
  private final Routes routes =
      new Routes(
          List.of(
              new Routes.Entry("default", here, List.of("here-*")),
              new Routes.Entry("eu", eu, List.of("eu-*"))),
          true);
  private final PassThrough passThrough =
      new PassThrough(
          routes, new Campaigns(routes, Clock.SYSTEM, (ms, what) -> what.run(), campaign -> false));
  private final List<RawAnswer> answers = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "/campaigns/c-1, c-1",
    "/campaigns/c-1/start, c-1",
    "/campaigns/a%2Fb/state?x=y, a/b",
    "/v2/campaigns/c-1/pause, c-1",
    "/tags/arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A111122223333%3Acampaign%2Fc-1, c-1",
    "/tags/arn:aws:connect-campaigns:us-east-1:111122223333:campaign/c-1?tagKeys=a, c-1",
    "/tags/arn%3Aaws%3Aconnect%3Aus-east-1%3A1%3Ainstance%2Fi-1,",
    "/campaigns,",
    "/campaigns-summary,",
    "/campaigns-state,",
    "/connect-instance/i-1/config,",
    "/campaigns/a%20b,",
  })
  void shouldFindTheCampaignInAPath(String path, @Nullable String campaign) {
    if (campaign == null) {
      assertNull(PassThrough.campaign(path));
    } else {
      assertEquals(new CampaignId(campaign), PassThrough.campaign(path));
    }
  }

  @Test
  void shouldPassACampaignsOperationToItsTargetAndTheRestToTheDefault() {
    get("/campaigns/eu-1");
    get("/campaigns/here-1/state");
    get("/campaigns-summary");
    get("/tags/arn%3Aaws%3Aconnect-campaigns%3Aeu%3A1%3Acampaign%2Feu-1");
    assertEquals(List.of("/campaigns/here-1/state", "/campaigns-summary"), here.paths());
    assertEquals(
        List.of(
            "/campaigns/eu-1", "/tags/arn%3Aaws%3Aconnect-campaigns%3Aeu%3A1%3Acampaign%2Feu-1"),
        eu.paths());
    assertEquals(4, answers.size());
  }

  @Test
  void shouldLookACampaignUpThatNobodyHasUsedYet() {
    eu.knows = List.of("found");
    get("/campaigns/found/state");
    get("/campaigns/nobody-s/state");
    assertEquals(List.of("/campaigns/found/state"), eu.paths());
    assertEquals(List.of("/campaigns/nobody-s/state"), here.paths(), "the default says no");
  }

  @Test
  void shouldNotSayThatACampaignIsUnknownWhileATargetCannotBeAsked() {
    eu.down = true;
    get("/campaigns/perhaps/state");
    assertInstanceOf(RawAnswer.Unanswered.class, answers.get(0));
    assertEquals(List.of(), here.paths());
  }

  @Test
  void shouldAskEachTargetForTheStatesOfItsCampaignsAndPutThemTogether() {
    states("eu-1", "here-1", "eu-2");
    assertEquals(List.of("{\"campaignIds\":[\"eu-1\",\"eu-2\"]}"), eu.bodies());
    assertEquals(List.of("{\"campaignIds\":[\"here-1\"]}"), here.bodies());
    assertEquals(
        "{\"successfulRequests\":[{\"from\":\"us-east-1\"},{\"from\":\"eu-central-1\"}],"
            + "\"failedRequests\":[]}",
        text());
  }

  @Test
  void shouldPassStatesOfOneTargetOnAsTheyCame() {
    states("eu-1", "eu-2");
    assertEquals(List.of("{ \"campaignIds\": [\"eu-1\",\"eu-2\"] }"), eu.bodies());
    assertEquals(List.of(), here.bodies());
  }

  @Test
  void shouldFailTheStatesOfATargetThatDoesNotAnswer() {
    eu.down = true;
    states("eu-1", "here-1");
    assertEquals(
        "{\"successfulRequests\":[{\"from\":\"us-east-1\"}],\"failedRequests\":[{\"campaignId\":"
            + "\"eu-1\",\"failureCode\":\"UnknownError\"}]}",
        text());
    answers.clear();
    here.down = true;
    states("eu-1", "here-1");
    assertInstanceOf(RawAnswer.Unanswered.class, answers.get(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{", "[]", "{\"campaignIds\":[]}", "{\"campaignIds\":[1]}", "{\"campaignIds\":3}"})
  void shouldLetTheDefaultJudgeStatesThatAreMisshapen(String body) {
    forward("POST", "/campaigns-state", body);
    assertEquals(List.of(body), here.bodies());
    assertEquals(List.of(), eu.bodies());
  }

  // --- helpers

  private void get(String path) {
    forward("GET", path, "");
  }

  private void states(String... campaigns) {
    forward(
        "POST",
        "/campaigns-state",
        "{ \"campaignIds\": [\"" + String.join("\",\"", Arrays.asList(campaigns)) + "\"] }");
  }

  private void forward(String method, String path, String body) {
    passThrough.forward(
        new RawCall(method, path, "application/json", body.getBytes(StandardCharsets.UTF_8)),
        answers::add);
  }

  private String text() {
    var answer = assertInstanceOf(RawAnswer.Answered.class, answers.get(0));
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** Writes down what it is asked and says who it is. */
  private static final class Echo implements Target {
    final List<RawCall> calls = new ArrayList<>();
    final String region;
    List<String> knows = List.of();
    boolean down;

    Echo(String region) {
      this.region = region;
    }

    List<String> paths() {
      return calls.stream().map(RawCall::pathAndQuery).toList();
    }

    List<String> bodies() {
      return calls.stream().map(call -> new String(call.body(), StandardCharsets.UTF_8)).toList();
    }

    @Override
    public TargetIdentity identity() {
      return new TargetIdentity("connect-campaigns", "", region, "");
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
      CampaignId campaign = campaigns.get(0);
      onReply.accept(
          down
              ? new StatesReply.Failed(0, "connection refused", -1)
              : knows.contains(campaign.value())
                  ? new StatesReply.Answered(Map.of(campaign, "Running"), List.of())
                  : new StatesReply.Answered(Map.of(), campaigns));
    }

    @Override
    public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
      if (down) {
        onAnswer.accept(new RawAnswer.Unanswered("connection refused"));
        return;
      }
      calls.add(call);
      onAnswer.accept(
          new RawAnswer.Answered(
              200,
              "application/json",
              "",
              "r-1",
              "",
              ("{\"successfulRequests\":[{\"from\":\"" + region + "\"}]}")
                  .getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public long clockOffsetMs() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
