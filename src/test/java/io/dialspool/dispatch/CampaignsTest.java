package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.dialspool.intake.Admission;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.target.StatesReply;
import io.dialspool.target.TargetIdentity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CampaignsTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final StatesReply DOWN = new StatesReply.Failed(0, "connection refused", -1);

  private final MovedClock clock = new MovedClock();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final Set<CampaignId> lanes = new HashSet<>();
  private final List<Admission> admitted = new ArrayList<>();
  private final ScriptedTarget here = target("us-east-1");
  private final ScriptedTarget eu = target("eu-central-1");
  private final Routes routes =
      new Routes(
          List.of(
              new Routes.Entry("default", here, List.of("here-*")),
              new Routes.Entry("eu", eu, List.of("eu-*"))),
          true);
  private final Campaigns campaigns = campaigns(routes);

  private Campaigns campaigns(Routes routes) {
    return new Campaigns(routes, clock, (ms, what) -> later.add(what), lanes::contains);
  }

  private static ScriptedTarget target(String region) {
    return new ScriptedTarget(new TargetIdentity("connect-campaigns", "", region, ""));
  }

  @Test
  void shouldAskTheOnlyTargetOnceAndRemember() {
    Campaigns single =
        campaigns(new Routes(List.of(new Routes.Entry("default", here, List.of())), true));
    here.states.put(SPRING, CampaignState.PAUSED);
    single.admit(SPRING, admitted::add);
    single.admit(SPRING, admitted::add);
    assertEquals(0, admitted.size());
    deliver();
    single.admit(SPRING, admitted::add);
    assertEquals(3, admitted.size());
    admitted.forEach(one -> assertInstanceOf(Admission.Admitted.class, one));
    assertEquals(List.of(List.of(SPRING)), here.asked);
  }

  @Test
  void shouldGiveACampaignToTheTargetThatKnowsIt() {
    eu.states.put(SPRING, CampaignState.RUNNING);
    admit(SPRING);
    assertInstanceOf(Admission.Admitted.class, last());
    assertEquals("eu", name(SPRING));
    clock.advanceMs(70_000);
    admit(SPRING);
    assertEquals(1, here.asked.size(), "whose it is is asked once");
    assertEquals(2, eu.asked.size(), "how it is is asked again");
  }

  @Test
  void shouldGiveACampaignThatSeveralKnowToTheFirst() {
    here.states.put(SPRING, CampaignState.PAUSED);
    eu.states.put(SPRING, CampaignState.STOPPED);
    admit(SPRING);
    assertInstanceOf(Admission.Admitted.class, last());
    assertEquals("default", name(SPRING));
  }

  @Test
  void shouldWaitForTheFirstTargetsSayButForNoLaterOnes() {
    eu.states.put(SPRING, CampaignState.RUNNING);
    campaigns.admit(SPRING, admitted::add);
    eu.deliver();
    assertEquals(0, admitted.size(), "the default may know it too");
    here.deliver();
    assertEquals(1, admitted.size());

    var autumn = new CampaignId("autumn");
    here.states.put(autumn, CampaignState.RUNNING);
    runLater();
    campaigns.admit(autumn, admitted::add);
    here.deliver();
    assertEquals(2, admitted.size());
    assertEquals("default", name(autumn));
    eu.deliver();
    assertEquals(2, admitted.size());
  }

  @Test
  void shouldNotHoldUpATargetsCampaignWhileAnotherIsDown() {
    here.statesReply = DOWN;
    eu.states.put(SPRING, CampaignState.RUNNING);
    admit(SPRING);
    assertInstanceOf(Admission.Admitted.class, last());
    assertEquals("eu", name(SPRING));
  }

  @Test
  void shouldNotSayThatACampaignIsUnknownWhileATargetCannotBeAsked() {
    eu.statesReply = DOWN;
    admit(SPRING);
    assertEquals(503, refusedWith());
    eu.statesReply = null;
    eu.states.put(SPRING, CampaignState.RUNNING);
    admit(SPRING);
    assertInstanceOf(Admission.Admitted.class, last());
    assertEquals("eu", name(SPRING));
  }

  @Test
  void shouldSayThatACampaignIsUnknownOnceAllHaveSaidSo() {
    admit(SPRING);
    assertEquals(404, refusedWith());
    clock.advanceMs(9_000);
    admit(SPRING);
    assertEquals(1, here.asked.size());
    clock.advanceMs(2_000);
    eu.states.put(SPRING, CampaignState.RUNNING);
    admit(SPRING);
    assertInstanceOf(Admission.Admitted.class, last());
  }

  @Test
  void shouldAskOnlyTheTargetThatARuleNames() {
    var ruled = new CampaignId("eu-1");
    here.states.put(ruled, CampaignState.RUNNING);
    admit(ruled);
    assertEquals(404, refusedWith());
    assertEquals(List.of(), here.asked);
    eu.statesReply = DOWN;
    lanes.add(ruled);
    clock.advanceMs(11_000);
    admit(ruled);
    assertInstanceOf(Admission.Admitted.class, last(), "it has a lane, so it was there once");
  }

  @Test
  void shouldRefuseALaneWithoutTargetWhileNobodyCanBeAsked() {
    lanes.add(SPRING);
    here.statesReply = DOWN;
    eu.statesReply = DOWN;
    admit(SPRING);
    assertEquals(503, refusedWith());
  }

  @Test
  void shouldAskEachTargetFor25CampaignsACall() {
    List<CampaignId> many = IntStream.range(0, 60).mapToObj(i -> new CampaignId("c-" + i)).toList();
    many.forEach(campaign -> eu.states.put(campaign, CampaignState.RUNNING));
    many.forEach(campaign -> campaigns.admit(campaign, admitted::add));
    for (int i = 0; i < 5; i++) {
      deliver();
      runLater();
    }
    assertEquals(60, admitted.size());
    // The first to come was asked for alone, the rest together.
    assertEquals(List.of(1, 25, 25, 9), eu.asked.stream().map(List::size).toList());
    assertEquals(List.of(1, 25, 25, 9), here.asked.stream().map(List::size).toList());
  }

  @Test
  void shouldLocateWhatIsKnownAtOnceAndLookUpTheRest() {
    eu.states.put(SPRING, CampaignState.STOPPED);
    var seen = new ArrayList<Routes.Entry>();
    campaigns.locate(new CampaignId("here-1"), (at, admission, unsure) -> seen.add(at));
    assertSame(here, seen.get(0).target());
    campaigns.locate(SPRING, (at, admission, unsure) -> seen.add(at));
    assertEquals(1, seen.size());
    deliver();
    assertSame(eu, seen.get(1).target());
  }

  @Test
  void shouldSayWhenNobodyHasWhatIsLocated() {
    var unsures = new ArrayList<Boolean>();
    campaigns.locate(
        SPRING,
        (at, admission, unsure) -> {
          assertNull(at);
          unsures.add(unsure);
        });
    deliver();
    runLater();
    here.statesReply = DOWN;
    campaigns.locate(
        new CampaignId("autumn"),
        (at, admission, unsure) -> {
          assertNull(at);
          unsures.add(unsure);
        });
    deliver();
    assertEquals(List.of(false, true), unsures);
  }

  // --- helpers

  private void admit(CampaignId campaign) {
    campaigns.admit(campaign, admitted::add);
    deliver();
    runLater();
  }

  private void deliver() {
    here.deliver();
    eu.deliver();
  }

  private void runLater() {
    for (Runnable task = later.poll(); task != null; task = later.poll()) {
      task.run();
    }
  }

  private Admission last() {
    return admitted.get(admitted.size() - 1);
  }

  private int refusedWith() {
    return assertInstanceOf(Admission.Refused.class, last()).error().status();
  }

  private String name(CampaignId campaign) {
    Routes.Entry entry = routes.known(campaign);
    return entry == null ? "" : entry.name();
  }
}
