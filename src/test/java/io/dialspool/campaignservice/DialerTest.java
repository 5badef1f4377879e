package io.dialspool.campaignservice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.campaignservice.DisconnectReason.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialerTest {
  private static final long START_MS = MovedClock.START_MS;
  private static final long LATE_MS = 900_000;

  private final List<Contact> left = new ArrayList<>();
  private Dialer dialer = new Dialer(7, 1, START_MS);
  private long taken;

  @Test
  void shouldDialWhenALineIsFreeAndInOrderOfArrival() {
    Pace twoLines = agents(2, 10_000, 0, 0); // nobody answers
    play(0, twoLines);
    take(4, LATE_MS);
    assertEquals(List.of(1L, 2L), dialled());
    assertEquals(2, dialer.buffered());
    Contact first = endingFirst(left);
    play(first.endedAtMs() - START_MS - 1, twoLines);
    assertEquals(List.of(1L, 2L), dialled());
    play(first.endedAtMs() - START_MS, twoLines);
    assertEquals(List.of(1L, 2L, 3L), dialled());
    assertEquals(first.endedAtMs(), left.get(2).dialledAtMs());
    assertEquals(1, ended(Outcome.NOT_ANSWERED) + ended(Outcome.FAILED));
  }

  @Test
  void shouldGetThroughTwentyContactsAMinuteWithTenAgentsAndHalfAMinuteEach() {
    Pace pace = agents(10, 0, 30_000, 1);
    for (int minute = 0; minute <= 180; minute++) {
      play(minute * 60_000L, pace);
      take(25, minute * 60_000L + LATE_MS);
    }
    long done = ended(Outcome.ANSWERED);
    assertEquals(20.0, done / 180.0, 0.8);
    assertEquals(10, dialer.ringing() + dialer.talking());
  }

  @Test
  void shouldBeAnsweredRingAndTalkAsConfigured() {
    Pace pace = new Pace(true, 100, 0, false, 20_000, 90_000, 0.35);
    play(0, pace);
    take(20_000, 800_000);
    play(700_000, pace);
    var answered = left.stream().filter(c -> c.answeredAtMs() != Contact.NEVER).toList();
    assertEquals(20_000, left.size());
    assertEquals(0.35, answered.size() / 20_000.0, 0.012);
    assertEquals(
        20_000, mean(left.stream().mapToLong(c -> c.rangUntilMs() - c.dialledAtMs())), 200);
    assertEquals(
        90_000, mean(answered.stream().mapToLong(c -> c.endedAtMs() - c.answeredAtMs())), 2_500);
    Map<DisconnectReason, Integer> reasons = new EnumMap<>(DisconnectReason.class);
    left.forEach(c -> reasons.merge(c.disconnectReason(), 1, Integer::sum));
    for (DisconnectReason usual :
        List.of(
            DisconnectReason.CUSTOMER_DISCONNECT,
            DisconnectReason.AGENT_DISCONNECT,
            DisconnectReason.CONTACT_FLOW_DISCONNECT,
            DisconnectReason.OUTBOUND_ATTEMPT_FAILED,
            DisconnectReason.OUTBOUND_DESTINATION_ENDPOINT_ERROR,
            DisconnectReason.TELECOM_PROBLEM)) {
      assertTrue(reasons.getOrDefault(usual, 0) > 50, usual + " " + reasons);
    }
    for (Contact contact : left) {
      boolean talked = contact.answeredAtMs() != Contact.NEVER;
      assertEquals(talked, contact.disconnectReason().outcome() == Outcome.ANSWERED);
    }
  }

  @Test
  void shouldHaveNoAgentHangUpWhenThereIsNone() {
    Pace agentless = new Pace(true, 0, 50, true, 0, 10, 1);
    play(0, agentless);
    take(1_000, LATE_MS);
    play(60_000, agentless);
    assertEquals(1_000, ended(Outcome.ANSWERED));
    assertEquals(0, dialer.ended(DisconnectReason.AGENT_DISCONNECT));
    assertTrue(dialer.ended(DisconnectReason.CONTACT_FLOW_DISCONNECT) > 400);
  }

  @Test
  void shouldLetAContactExpireAtTheMomentItsTimePassesInTheBuffer() {
    Pace busy = agents(1, 100_000, 0, 0);
    play(0, busy);
    take(1, 30_000); // is dialled at once: no time runs out any more
    take(1, 60_000);
    take(1, 40_000);
    play(39_999, busy);
    assertEquals(2, dialer.buffered());
    play(40_000, busy);
    assertEquals(1, dialer.buffered());
    assertTrue(dialer.hasRoom(2));
    assertFalse(dialer.hasRoom(1));
    assertEquals(Contact.expired(3, START_MS + 40_000), left.get(1));
    long freeMs = left.get(0).endedAtMs() - START_MS;
    play(freeMs, busy);
    assertEquals(freeMs >= 60_000 ? 2 : 1, ended(Outcome.EXPIRED));
  }

  @Test
  void shouldDialWhoseTimeEndsAtTheMomentALineIsFree() {
    Pace pace = drain(0.01);
    play(0, pace);
    take(3, 200_000);
    play(LATE_MS, pace);
    assertEquals(List.of(1L, 2L), dialled());
    assertEquals(START_MS + 200_000, left.get(1).dialledAtMs());
    assertEquals(Contact.expired(3, START_MS + 200_000), left.get(2));
  }

  @Test
  void shouldDialNobodyWhilePausedAndLetCallsEnd() {
    Pace pace = agents(3, 20_000, 90_000, 0.5);
    play(0, pace);
    take(10, LATE_MS);
    play(1_000, pace);
    int before = left.size();
    assertEquals(3, dialer.ringing() + dialer.talking());
    play(800_000, paused(pace));
    assertEquals(before, left.size());
    assertEquals(0, dialer.ringing() + dialer.talking());
    assertEquals(10 - before, dialer.buffered());
    play(800_001, pace);
    assertEquals(before + 3, left.size());
    assertEquals(START_MS + 800_000, left.get(before).dialledAtMs());
  }

  @Test
  void shouldLetTheBufferExpireOnceStopped() {
    Pace pace = agents(3, 20_000, 90_000, 0.5);
    play(0, pace);
    take(10, LATE_MS);
    play(LATE_MS, paused(pace));
    assertEquals(7, ended(Outcome.EXPIRED));
    assertEquals(3, dialled().size());
    assertEquals(0, dialer.buffered() + dialer.ringing() + dialer.talking());
  }

  @Test
  void shouldDrainAtTheRateSetWhateverTheAgentsDo() {
    Pace pace = new Pace(true, 40, 1, false, 20_000, 90_000, 0.35);
    play(0, pace);
    take(1_000, LATE_MS);
    for (int ms = 0; ms <= 10_000; ms += 13) {
      play(ms, pace);
      assertEquals(ms * 40 / 1_000, dialled().size(), "at " + ms);
    }
    assertEquals(START_MS + 25, left.get(0).dialledAtMs());
    assertEquals(START_MS + 250, left.get(9).dialledAtMs());
  }

  @Test
  void shouldGiveAFastBusyToWhoFindsAllLinesOfTheNetworkTaken() {
    Pace pace = new Pace(true, 1_000_000, 0, false, 600_000, 0, 0);
    play(0, pace);
    take(1_000_010, LATE_MS);
    play(2_000, pace);
    assertEquals(1_000_000, dialer.ringing());
    assertEquals(10, dialer.ended(DisconnectReason.OUTBOUND_RESOURCE_ERROR));
  }

  @Test
  void shouldEndCallsThatTakeNoTimeAtOnce() {
    Pace instant = agents(1, 0, 0, 1);
    play(0, instant);
    take(100, LATE_MS);
    assertEquals(100, ended(Outcome.ANSWERED));
    assertEquals(0, dialer.buffered() + dialer.ringing() + dialer.talking());
  }

  @Test
  void shouldMoveCallsAlongWhenTheClockIsSetBack() {
    Pace pace = agents(1, 10_000, 0, 0);
    play(0, pace);
    take(2, LATE_MS);
    long restMs = left.get(0).endedAtMs() - START_MS;
    play(-3_600_000, pace);
    assertEquals(1, dialer.ringing());
    play(-3_600_000 + restMs - 1, pace);
    assertEquals(1, dialled().size());
    play(-3_600_000 + restMs, pace);
    assertEquals(2, dialled().size());
  }

  @Test
  void shouldPlayAlikeForTheSameSeedAlone() {
    assertEquals(played(3, 1, 1_000), played(3, 1, 1_000));
    assertNotEquals(played(3, 1, 1_000), played(4, 1, 1_000));
    assertNotEquals(played(3, 1, 1_000), played(3, 2, 1_000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldPlayAlikeHoweverOftenItIsLookedAt(long seed) {
    List<Contact> seldom = played(seed, 1, 60_000);
    assertTrue(seldom.size() > 300, "contacts " + seldom.size());
    assertEquals(seldom, played(seed, 1, 250));
    assertEquals(seldom, played(seed, 1, 7));
  }

  /** Eight minutes of batches, pauses and changes of speed, looked at every so often besides. */
  private List<Contact> played(long seed, long ordinal, int everyMs) {
    dialer = new Dialer(seed, ordinal, START_MS);
    left.clear();
    taken = 0;
    Pace pace = agents(15, 4_000, 10_000, 0.4);
    for (int second = 0; second < 480; second += 30) {
      int rest = second % 90;
      Pace now = rest == 60 ? paused(pace) : rest == 30 ? drain(0.9) : pace;
      play(second * 1_000L, now);
      take(35, 45_000);
      for (int ms = everyMs; ms < 30_000; ms += everyMs) {
        play(second * 1_000L + ms, now);
      }
      play(second * 1_000L + 30_000, now);
    }
    return List.copyOf(left);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void shouldAccountForEveryContactAtAnyInstant(long seed) {
    var random = new Random(seed);
    dialer = new Dialer(seed, 1, START_MS);
    long nowMs = 0;
    Pace pace = agents(5, 20_000, 90_000, 0.35);
    for (int step = 0; step < 3_000; step++) {
      nowMs += random.nextInt(step % 100 == 0 ? 300_000 : 4_000);
      switch (random.nextInt(12)) {
        case 0 -> pace = paused(pace);
        case 1 -> pace = drain(random.nextInt(20) + 0.5);
        case 2, 3 -> pace = agents(random.nextInt(30), 20_000, 90_000, random.nextDouble());
        default -> {}
      }
      play(nowMs, pace);
      assertConserved();
      int items = random.nextInt(26);
      if (dialer.hasRoom(500)) {
        for (int i = 0; i < items; i++) {
          take(1, nowMs + 30_000 + random.nextInt(600_000));
        }
      }
      assertConserved();
    }
    dialer.runOut();
    left.addAll(dialer.handOver());
    assertConserved();
    assertEquals(0, dialer.buffered() + dialer.ringing() + dialer.talking());
    assertEachOnce();
    Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    left.forEach(c -> outcomes.merge(c.disconnectReason().outcome(), 1L, Long::sum));
    for (Outcome outcome : Outcome.values()) {
      assertEquals(outcomes.getOrDefault(outcome, 0L), ended(outcome), outcome.name());
    }
  }

  private void assertConserved() {
    long ended = 0;
    for (Outcome outcome : Outcome.values()) {
      ended += ended(outcome);
    }
    assertEquals(taken, dialer.buffered() + dialer.ringing() + dialer.talking() + ended);
    assertTrue(dialer.buffered() >= 0 && dialer.talking() >= 0 && dialer.ringing() >= 0);
  }

  private void assertEachOnce() {
    var times = new TreeMap<Long, Integer>();
    left.forEach(contact -> times.merge(contact.sequence(), 1, Integer::sum));
    assertEquals(
        LongStream.rangeClosed(1, taken).boxed().toList(), new ArrayList<>(times.keySet()));
    assertTrue(times.values().stream().allMatch(count -> count == 1));
  }

  private void play(long ms, Pace pace) {
    dialer.play(START_MS + ms, pace);
    left.addAll(dialer.handOver());
  }

  private void take(int count, long expirationMs) {
    for (int i = 0; i < count; i++) {
      dialer.take(++taken, START_MS + expirationMs);
    }
    left.addAll(dialer.handOver());
  }

  private List<Long> dialled() {
    return left.stream()
        .filter(contact -> contact.dialledAtMs() != Contact.NEVER)
        .map(Contact::sequence)
        .toList();
  }

  private long ended(Outcome outcome) {
    long count = 0;
    for (DisconnectReason reason : DisconnectReason.values()) {
      count += reason.outcome() == outcome ? dialer.ended(reason) : 0;
    }
    return count;
  }

  private static Contact endingFirst(List<Contact> contacts) {
    return contacts.stream()
        .min((a, b) -> Long.compare(a.endedAtMs(), b.endedAtMs()))
        .orElseThrow();
  }

  private static double mean(LongStream values) {
    return values.average().orElseThrow();
  }

  private static Pace agents(int lines, int ringMs, int talkMs, double answerRate) {
    return new Pace(true, 0, lines, false, ringMs, talkMs, answerRate);
  }

  private static Pace drain(double perSecond) {
    return new Pace(true, perSecond, 0, false, 4_000, 10_000, 0.4);
  }

  private static Pace paused(Pace pace) {
    return new Pace(
        false,
        pace.drainPerSecond(),
        pace.lines(),
        pace.agentless(),
        pace.ringMs(),
        pace.talkMs(),
        pace.answerRate());
  }
}
