package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

class CredentialsSourceTest {
  private static final long SECOND_MS = 1_000;
  private static final long MINUTE_MS = 60 * SECOND_MS;
  private static final long HOUR_MS = 60 * MINUTE_MS;

  private final FixedClock clock = new FixedClock();
  private final ArrayDeque<Supplier<AwsCredentialsIdentity>> script = new ArrayDeque<>();
  private final ArrayDeque<Runnable> background = new ArrayDeque<>();
  private final List<String> alarms = new ArrayList<>();
  private int fetches;

  private final CredentialsSource source = source("");

  private CredentialsSource source(String account) {
    return new CredentialsSource(
        "eu",
        account,
        () -> {
          fetches++;
          return script.remove().get();
        },
        background::add,
        clock,
        alarms::add);
  }

  @Test
  void shouldFetchInTheBackgroundAndGiveWhatIsThere() {
    gives("A", HOUR_MS);
    assertNull(source.current());
    assertNull(source.current());
    assertEquals(1, background.size(), "one fetch at a time");
    runBackground();
    assertEquals("A", key());
    assertEquals(0, background.size());
  }

  @Test
  void shouldTellThoseWhoWaitOnceTheFetchHasEnded() {
    var told = new ArrayList<String>();
    gives("A", HOUR_MS);
    assertNull(source.current());
    source.afterFetch(() -> told.add(key()));
    assertEquals(List.of(), told);
    runBackground();
    assertEquals(List.of("A"), told);
    source.afterFetch(() -> told.add("at once"));
    assertEquals(List.of("A", "at once"), told);
  }

  @Test
  void shouldRenewAheadOfTheExpiryAndGoOnWithTheOldOnesMeanwhile() {
    fetched("A", HOUR_MS);
    clock.advanceMs(HOUR_MS - 5 * MINUTE_MS - SECOND_MS);
    assertEquals("A", key());
    assertEquals(0, background.size());
    clock.advanceMs(SECOND_MS);
    gives("B", HOUR_MS);
    assertEquals("A", key());
    assertEquals(1, background.size());
    runBackground();
    assertEquals("B", key());
  }

  @Test
  void shouldNotSignWithWhatHasExpired() {
    fetched("A", HOUR_MS);
    clock.advanceMs(HOUR_MS - 10 * SECOND_MS);
    gives("B", HOUR_MS);
    assertNull(source.current());
    runBackground();
    assertEquals("B", key());
  }

  @Test
  void shouldUseWhatWasJustFetchedEvenIfOurClockTakesItForExpired() {
    fetched("A", -HOUR_MS);
    assertEquals("A", key());
    clock.advanceMs(10 * SECOND_MS);
    gives("B", -HOUR_MS);
    assertEquals("A", key());
    assertEquals(1, background.size());
    runBackground();
    assertEquals("B", key());
  }

  @Test
  void shouldLookOnceAMinuteWhetherLastingOnesHaveChanged() {
    fetched("A", null);
    clock.advanceMs(59 * SECOND_MS);
    assertEquals("A", key());
    assertEquals(0, background.size());
    clock.advanceMs(SECOND_MS);
    gives("B", null);
    assertEquals("A", key());
    runBackground();
    assertEquals("B", key());
    clock.advanceMs(1_000 * HOUR_MS);
    assertEquals("B", key(), "they last");
  }

  @Test
  void shouldTryLessAndLessOftenAndRaiseAnAlarmOnceAMinute() {
    for (int i = 0; i < 20; i++) {
      fails("no instance profile\n  here");
    }
    assertNull(source.current());
    runBackground();
    assertEquals(List.of("target eu has no new credentials: no instance profile here"), alarms);
    assertEquals("no instance profile here", source.trouble());
    var triesAtSecond = new ArrayList<Integer>();
    for (int second = 1; second <= 100; second++) {
      clock.advanceMs(SECOND_MS);
      int before = fetches;
      assertNull(source.current());
      runBackground();
      if (fetches > before) {
        triesAtSecond.add(second);
      }
    }
    assertEquals(List.of(1, 3, 7, 15, 31, 61, 91), triesAtSecond);
    assertEquals(2, alarms.size());
    script.clear();
    clock.advanceMs(30 * SECOND_MS);
    fetched("A", HOUR_MS);
    assertEquals("A", key());
  }

  @Test
  void shouldGoOnWithTheOldOnesWhileNewOnesCannotBeHad() {
    fetched("A", HOUR_MS);
    clock.advanceMs(56 * MINUTE_MS);
    fails("STS is down");
    assertEquals("A", key());
    runBackground();
    assertEquals("A", key());
    assertEquals(1, alarms.size());
  }

  @Test
  void shouldFetchAgainAtOnceWhenAwsRefusesThem() {
    fetched("A", HOUR_MS);
    AwsCredentialsIdentity old = current();
    clock.advanceMs(MINUTE_MS);
    source.refused(old);
    gives("B", HOUR_MS);
    assertNull(source.current());
    runBackground();
    assertEquals("B", key());
    source.refused(old);
    assertEquals("B", key(), "a late refusal of the old ones says nothing of the new");
  }

  @Test
  void shouldNotFetchInCirclesWhenAwsRefusesWhatWasJustFetched() {
    fetched("A", HOUR_MS);
    for (int refusals = 0; refusals < 10; refusals++) {
      source.refused(current());
    }
    assertEquals("A", key());
    assertEquals(0, background.size());
  }

  @Test
  void shouldNotUseThoseOfAnotherAccount() {
    var eu = source("111122223333");
    script.add(() -> session("A", HOUR_MS, "444455556666"));
    assertNull(eu.current());
    runBackground();
    assertNull(eu.current());
    assertEquals(
        List.of(
            "target eu has no new credentials: they are of account 444455556666 (expected:"
                + " 111122223333)"),
        alarms);
    clock.advanceMs(MINUTE_MS);
    script.add(() -> session("B", HOUR_MS, "111122223333"));
    assertNull(eu.current());
    runBackground();
    assertNotNull(eu.current());
  }

  @Test
  void shouldLearnTheAccountFromTheFirstThatSayAndHoldToIt() {
    assertEquals("", source.account());
    script.add(() -> session("A", HOUR_MS, "111122223333"));
    assertNull(source.current());
    runBackground();
    assertEquals("111122223333", source.account());
    clock.advanceMs(56 * MINUTE_MS);
    script.add(() -> session("B", HOUR_MS, "444455556666"));
    assertEquals("A", key());
    runBackground();
    assertNull(source.current());
    assertEquals("111122223333", source.account());
  }

  @Test
  void shouldTakeAStoredAccountForItsOwn() {
    source.expectAccount("777788889999");
    script.add(() -> session("A", HOUR_MS, "111122223333"));
    assertNull(source.current());
    runBackground();
    assertNull(source.current());
    assertEquals("777788889999", source.account());
  }

  @Test
  void shouldReleaseThoseWhoWaitWhenItCloses() {
    var told = new ArrayList<String>();
    assertNull(source.current());
    source.afterFetch(() -> told.add("released"));
    source.close();
    assertEquals(List.of("released"), told);
    assertNull(source.current());
    assertEquals(1, background.size());
  }

  @Test
  void shouldSayThatNothingIsFetchedOnceItsThreadIsGone() {
    var closed =
        new CredentialsSource(
            "eu",
            "",
            () -> session("A", HOUR_MS, ""),
            task -> {
              throw new RejectedExecutionException();
            },
            clock,
            alarms::add);
    assertNull(closed.current());
    assertEquals("the client is closed", closed.trouble());
  }

  @Test
  void shouldNameItsGiverInWords() {
    assertEquals(
        "the environment",
        CredentialsChain.giver(
            AwsCredentialsIdentity.builder()
                .accessKeyId("A")
                .secretAccessKey("s")
                .providerName("g")
                .build()));
    assertEquals(
        "the configuration", CredentialsChain.giver(AwsCredentialsIdentity.create("A", "s")));
  }

  // --- helpers

  private void gives(String key, @Nullable Long leftMs) {
    script.add(() -> session(key, leftMs, ""));
  }

  private void fails(String why) {
    script.add(
        () -> {
          throw new IllegalStateException(why);
        });
  }

  private void fetched(String key, @Nullable Long leftMs) {
    gives(key, leftMs);
    assertNull(source.current());
    runBackground();
  }

  private AwsCredentialsIdentity session(String key, @Nullable Long leftMs, String account) {
    var session =
        AwsSessionCredentials.builder()
            .accessKeyId(key)
            .secretAccessKey("secret")
            .sessionToken("session");
    if (!account.isEmpty()) {
      session.accountId(account);
    }
    if (leftMs != null) {
      session.expirationTime(Instant.ofEpochMilli(clock.epochMs() + leftMs));
    }
    return session.build();
  }

  private void runBackground() {
    for (Runnable task = background.poll(); task != null; task = background.poll()) {
      task.run();
    }
  }

  private AwsCredentialsIdentity current() {
    AwsCredentialsIdentity current = source.current();
    assertTrue(current != null, source.trouble());
    return Objects.requireNonNull(current);
  }

  private String key() {
    return current().accessKeyId();
  }
}
