package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.spool.Spool;
import io.dialspool.spool.Spooling;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.StoreException;
import io.dialspool.target.TargetIdentity;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final TargetIdentity HERE = aws("", "us-east-1");
  private static final TargetIdentity EU = aws("", "eu-central-1");
  private static final TargetIdentity EMBEDDED = new TargetIdentity("embedded", "", "", "");

  private final MemoryStore store = new MemoryStore();
  private final Routes.Entry here = entry("default", HERE);
  private final Routes.Entry eu = entry("eu", EU);

  @Test
  void shouldSendEverythingToTheOnlyTarget() {
    var routes = new Routes(List.of(here), true);
    assertSame(here, routes.known(SPRING));
  }

  @Test
  void shouldAskForACampaignThatNoRuleNames() {
    var routes = new Routes(List.of(here, eu), true);
    assertNull(routes.known(SPRING));
    assertThrows(IllegalStateException.class, () -> routes.of(SPRING));
    assertTrue(routes.found(SPRING, eu));
    assertSame(eu, routes.known(SPRING));
    assertTrue(routes.found(SPRING, here));
    assertSame(eu, routes.known(SPRING), "it stays where it was found");
    assertEquals(EU, routes.of(SPRING));
  }

  @Test
  void shouldSendWhatNoRuleNamesToTheDefaultIfNobodyIsToBeAsked() {
    var routes = new Routes(List.of(here, eu), false);
    assertSame(here, routes.known(SPRING));
  }

  @Test
  void shouldFollowRulesAnIdBeforeAPattern() {
    var first = entry("default", HERE, "*-sales", "a.b");
    var second = entry("eu", EU, "eu-*", "us-sales", "*-x-*-y");
    var routes = new Routes(List.of(first, second), true);
    assertSame(first, routes.known(new CampaignId("eu-sales")), "the first in order");
    assertSame(second, routes.known(new CampaignId("us-sales")), "an id before a pattern");
    assertSame(second, routes.known(new CampaignId("eu-")));
    assertSame(second, routes.known(new CampaignId("1-x-2-y")));
    assertSame(first, routes.known(new CampaignId("a.b")));
    assertNull(routes.known(new CampaignId("acb")), "a dot is a dot");
    assertNull(routes.known(new CampaignId("x-eu-")));
  }

  // --- what is stored

  @Test
  void shouldKeepALaneWhereItIsAfterARestart() {
    spooled(EU, true);
    var routes = new Routes(List.of(here, eu), true);
    assertEquals(EU, open(routes));
    assertSame(eu, routes.known(SPRING));
    var withoutLookup = new Routes(List.of(here, eu), false);
    assertEquals(EU, open(withoutLookup));
    assertSame(eu, withoutLookup.known(SPRING));
  }

  @Test
  void shouldRefuseARuleThatMovesWaitingRequests() {
    spooled(EU, true);
    var routes = new Routes(List.of(entry("default", HERE, "spring"), eu), true);
    assertEquals(
        "campaign spring has requests waiting for connect-campaigns eu-central-1, the configuration"
            + " would send them to connect-campaigns us-east-1",
        refusal(routes));
  }

  @Test
  void shouldRefuseWaitingRequestsOfATargetThatIsGone() {
    spooled(EU, true);
    assertEquals(
        "campaign spring has requests waiting for connect-campaigns eu-central-1, the configuration"
            + " has no such target",
        refusal(new Routes(List.of(here, entry("ap", aws("", "ap-southeast-2"))), true)));
    assertEquals(
        "campaign spring has requests waiting for connect-campaigns eu-central-1, the configuration"
            + " would send them to connect-campaigns us-east-1",
        refusal(new Routes(List.of(here), true)));
  }

  @Test
  void shouldLookALaneUpAnewWhoseTargetIsGoneOnceNothingWaits() {
    spooled(EMBEDDED, false);
    var routes = new Routes(List.of(here, eu), true);
    var spooling = new Spooling(store, routes);
    assertNull(routes.known(SPRING));
    routes.found(SPRING, eu);
    assertEquals(EU, spooling.accept(SPRING, "new").target());
    assertEquals(EU, open(new Routes(List.of(here, eu), true)), "and it is written down");
  }

  @Test
  void shouldMoveALaneByRuleOnceNothingWaits() {
    spooled(EU, false);
    var routes = new Routes(List.of(entry("default", HERE, "spring"), eu), true);
    assertEquals(HERE, open(routes));
    assertEquals(HERE, open(new Routes(List.of(here, eu), true)), "and it is written down");
  }

  @Test
  void shouldAdoptALaneThatDidNotKnowItsAccount() {
    spooled(EU, true);
    TargetIdentity known = aws("111122223333", "eu-central-1");
    assertEquals(known, open(new Routes(List.of(here, entry("eu", known)), true)));
    TargetIdentity another = aws("444455556666", "eu-central-1");
    assertEquals(
        "campaign spring has requests waiting for connect-campaigns account 111122223333"
            + " eu-central-1, the configuration has no such target",
        refusal(new Routes(List.of(here, entry("eu", another)), true)));
  }

  @Test
  void shouldHoldTheCredentialsToTheAccountThatWaitingRequestsBelongTo() {
    TargetIdentity known = aws("111122223333", "eu-central-1");
    spooled(known, true);
    var routes = new Routes(List.of(here, eu), true);
    assertEquals(known, open(routes), "what isn't known takes nothing away");
    assertEquals("111122223333", routes.storedAccount("eu"));
    assertEquals("", routes.storedAccount("default"));
  }

  @Test
  void shouldNotHoldTheCredentialsToTheAccountOfRequestsThatHaveEnded() {
    spooled(aws("111122223333", "eu-central-1"), false);
    var routes = new Routes(List.of(here, eu), true);
    assertEquals(EU, open(routes));
    assertEquals("", routes.storedAccount("eu"));
  }

  @Test
  void shouldRefuseToTakeTwoAccountsForOneTarget() {
    spooled(aws("111122223333", "eu-central-1"), true);
    var autumn = new CampaignId("autumn");
    new Spooling(
            store,
            campaign ->
                campaign.equals(autumn)
                    ? aws("444455556666", "eu-central-1")
                    : aws("111122223333", "eu-central-1"))
        .accept(autumn, "t");
    assertEquals(
        "campaign autumn has requests waiting for connect-campaigns account 444455556666"
            + " eu-central-1, the configuration would send them to connect-campaigns account"
            + " 111122223333 eu-central-1",
        refusal(new Routes(List.of(here, eu), true)));
  }

  // --- helpers

  private void spooled(TargetIdentity target, boolean waiting) {
    var spooling = new Spooling(store, target);
    spooling.accept(SPRING, "t");
    if (!waiting) {
      spooling.endAll();
    }
  }

  /** Where the lane goes in a spool that was opened so. */
  private TargetIdentity open(Routes routes) {
    return Spool.open(store, routes).restored().get(0).lane().target();
  }

  private String refusal(Routes routes) {
    return String.valueOf(
        assertThrows(StoreException.class, () -> Spool.open(store, routes)).getMessage());
  }

  private static TargetIdentity aws(String account, String region) {
    return new TargetIdentity("connect-campaigns", account, region, "");
  }

  private static Routes.Entry entry(String name, TargetIdentity identity, String... campaigns) {
    return new Routes.Entry(name, new ScriptedTarget(identity), List.of(campaigns));
  }
}
