package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OccupancyTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND_NS = 1_000 * MS;

  private final Occupancy occupancy = new Occupancy(new Random(1));
  private long nowNs = 5 * SECOND_NS;

  /** A campaign's dialer: a buffer that its agents empty at a steady rate. */
  private static final class Dialer {
    private final double bufferMax;
    private double perSecond;
    private double buffered;
    private double drained;

    Dialer(double bufferMax, double perSecond) {
      this.bufferMax = bufferMax;
      this.perSecond = perSecond;
    }

    void pass(double seconds) {
      double work = Math.min(buffered, perSecond * seconds);
      buffered -= work;
      drained += work;
    }

    int take(int items) {
      int taken = Math.min(items, (int) (bufferMax - buffered));
      buffered += taken;
      return taken;
    }
  }

  private record Reply(long atNs, int accepted, int throttled) {}

  private record Shares(double used, double throttled, int calls) {}

  private final ArrayDeque<Reply> underWay = new ArrayDeque<>();

  /** Ten calls a second at most, always something to send, answers after 60 ms. */
  private Shares run(Dialer dialer, long seconds) {
    double before = dialer.drained;
    double possible = dialer.perSecond * seconds;
    int sent = 0;
    int refused = 0;
    int calls = 0;
    long endNs = nowNs + seconds * SECOND_NS;
    long nextCallNs = nowNs;
    while (nowNs < endNs) {
      while (!underWay.isEmpty() && underWay.peek().atNs <= nowNs) {
        Reply reply = underWay.remove();
        occupancy.answered(reply.accepted, reply.throttled, nowNs);
      }
      int items = occupancy.permits(25, false, nowNs);
      if (items > 0 && nowNs >= nextCallNs) {
        occupancy.sent(items);
        int taken = dialer.take(items);
        underWay.add(new Reply(nowNs + 60 * MS, taken, items - taken));
        nextCallNs = nowNs + 100 * MS;
        sent += items;
        refused += items - taken;
        calls++;
      }
      nowNs += 10 * MS;
      dialer.pass(0.01);
    }
    return new Shares(
        (dialer.drained - before) / possible, sent == 0 ? 0 : refused / (double) sent, calls);
  }

  @ParameterizedTest
  @CsvSource({"50, 100", "50, 1000", "10, 100", "200, 100", "200, 1000", "2, 50", "0.5, 20"})
  void shouldKeepTheAgentsBusyWithoutPressing(double perSecond, double bufferMax) {
    var dialer = new Dialer(bufferMax, perSecond);
    run(dialer, 60);
    check("settled", run(dialer, 600), 0.95, 0.1);
  }

  @ParameterizedTest
  @CsvSource({"100", "250", "1000"})
  void shouldFollowADialerWhoseAgentsComeAndGo(double bufferMax) {
    var dialer = new Dialer(bufferMax, 50);
    check("50/s", run(dialer, 300), 0.9, 0.1);
    dialer.perSecond = 10;
    check("10/s", run(dialer, 300), 0.9, 0.1);
    dialer.perSecond = 200;
    check("200/s", run(dialer, 300), 0.9, 0.1);
    dialer.perSecond = 50;
    check("50/s again", run(dialer, 300), 0.9, 0.1);
  }

  @Test
  void shouldNotLimitADialerThatNeverWasFull() {
    var dialer = new Dialer(1_000, 300);
    Shares shares = run(dialer, 60);
    assertEquals(600, shares.calls);
    assertEquals(0, shares.throttled);
    assertTrue(occupancy.isFree());
    assertEquals(0, occupancy.perSecond());
  }

  @Test
  void shouldComeToKnowTheDrain() {
    var dialer = new Dialer(100, 50);
    run(dialer, 120);
    assertEquals(50, occupancy.perSecond(), 10);
  }

  @Test
  void shouldProbeLessAndLessADialerThatStandsStill() {
    var dialer = new Dialer(50, 0);
    run(dialer, 60);
    Shares shares = run(dialer, 600);
    assertTrue(occupancy.isProbing());
    // One item every 30 s, give or take a quarter.
    assertTrue(shares.calls >= 15 && shares.calls <= 28, "" + shares.calls);
  }

  @Test
  void shouldTakeUpAgainADialerThatStoodStill() {
    var dialer = new Dialer(50, 0);
    run(dialer, 600);
    dialer.perSecond = 50;
    run(dialer, 60);
    check("again", run(dialer, 300), 0.9, 0.1);
  }

  @Test
  void shouldTakeAnswersThatWereUnderWayTogetherForOneEvent() {
    for (int call = 0; call < 16; call++) {
      assertEquals(25, occupancy.permits(25, false, nowNs));
      occupancy.sent(25);
    }
    for (int call = 0; call < 16; call++) {
      occupancy.answered(0, 25, nowNs);
    }
    assertTrue(occupancy.isProbing());
    assertEquals(0, occupancy.permits(25, false, nowNs + 740 * MS));
    assertEquals(
        1, occupancy.permits(25, false, nowNs + 1_260 * MS), "the first probe after a second");
  }

  @Test
  void shouldBelieveTheFirstProbeHoweverManyCallsCameBackLate() {
    for (int call = 0; call < 16; call++) {
      occupancy.sent(25);
    }
    for (int call = 0; call < 16; call++) {
      occupancy.answered(0, 25, nowNs);
    }
    nowNs += 2 * SECOND_NS;
    assertEquals(1, occupancy.permits(25, false, nowNs));
    occupancy.sent(1);
    occupancy.answered(1, 0, nowNs);
    assertFalse(occupancy.isProbing());
  }

  @Test
  void shouldNotTakeALateSuccessForThatOfTheProbe() {
    occupancy.sent(25);
    occupancy.sent(25);
    occupancy.answered(0, 25, nowNs);
    occupancy.answered(25, 0, nowNs); // sent before it was full
    assertTrue(occupancy.isProbing());
    assertEquals(0, occupancy.permits(25, false, nowNs));
  }

  @Test
  void shouldProbeWithOneItemAndRampUpWhenItIsTaken() {
    occupancy.sent(25);
    occupancy.answered(0, 25, nowNs);
    nowNs += 2 * SECOND_NS;
    for (int items : new int[] {1, 2, 4, 8, 16, 25, 25}) {
      assertEquals(items, occupancy.permits(25, false, nowNs));
      occupancy.sent(items);
      assertEquals(0, occupancy.permits(25, false, nowNs), "one call at a time");
      nowNs += 100 * MS;
      occupancy.answered(items, 0, nowNs);
    }
    assertFalse(occupancy.isProbing());
  }

  @Test
  void shouldGoOnProbingAfterAProbeWithoutAnAnswer() {
    occupancy.sent(25);
    occupancy.answered(0, 25, nowNs);
    nowNs += 2 * SECOND_NS;
    assertEquals(1, occupancy.permits(25, false, nowNs));
    occupancy.sent(1);
    occupancy.answered(0, 0, nowNs);
    assertTrue(occupancy.isProbing());
    assertEquals(0, occupancy.permits(25, false, nowNs));
    assertEquals(1, occupancy.permits(25, false, nowNs + 3 * SECOND_NS));
  }

  private static void check(String what, Shares shares, double usedMin, double throttledMax) {
    String seen =
        String.format("%s: used %.3f, throttled %.3f", what, shares.used, shares.throttled);
    assertTrue(shares.used >= usedMin, seen);
    assertTrue(shares.throttled <= throttledMax, seen);
  }
}
