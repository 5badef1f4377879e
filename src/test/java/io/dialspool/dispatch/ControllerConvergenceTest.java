package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.DispatchConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How well the dispatcher uses what a target gives, in virtual time: its own duty cycle against a
 * target that admits calls by a token bucket and has a dialer buffer that agents empty. Bounds are
 * those that delivery is held to.
 */
class ControllerConvergenceTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long DAY_MS = 86_400_000;
  private static final DispatchConfig CONFIG =
      new DispatchConfig(
          Duration.ofMinutes(5), 20, 5_000, 16, 8, 2_000, 100_000, "campaign", "end");

  private final MovedClock clock = new MovedClock();
  private final Dispatching service = new Dispatching(new MemoryStore(), CONFIG, 10, clock);

  private record Answer(long dueNs, BatchReply reply) {}

  /** What happened in a span of time. */
  private record Seen(long calls, long refusedCalls, long items, long throttled, double drained) {
    Seen since(Seen before) {
      return new Seen(
          calls - before.calls,
          refusedCalls - before.refusedCalls,
          items - before.items,
          throttled - before.throttled,
          drained - before.drained);
    }

    double throttledShare() {
      return items == 0 ? 0 : throttled / (double) items;
    }

    double refusedShare() {
      return calls == 0 ? 0 : refusedCalls / (double) calls;
    }
  }

  private final ArrayDeque<Answer> underWay = new ArrayDeque<>();
  private Random random = new Random(1);
  private double callTokens;
  private double burst = 10;
  private double bufferMax = Double.MAX_VALUE;
  private double drainPerSecond;
  private double buffered;
  private double drained;
  private long playedNs = clock.nanoTime();
  private int latencyMs = 60;
  private int latencyJitterMs;
  private long calls;
  private long refusedCalls;
  private long items;
  private long throttled;

  private void play() {
    double seconds = (clock.nanoTime() - playedNs) / 1e9;
    playedNs = clock.nanoTime();
    callTokens = Math.min(burst, callTokens + 10 * seconds);
    double work = Math.min(buffered, drainPerSecond * seconds);
    buffered -= work;
    drained += work;
  }

  private BatchReply answer(OutgoingBatch batch) {
    play();
    calls++;
    if (callTokens < 1) {
      refusedCalls++;
      return ScriptedTarget.refused(429, "ThrottlingException");
    }
    callTokens--;
    int taken = (int) Math.min(batch.items().size(), bufferMax - buffered);
    buffered += taken;
    items += batch.items().size();
    throttled += batch.items().size() - taken;
    return ScriptedTarget.taken(batch, taken);
  }

  private Seen seen() {
    play();
    return new Seen(calls, refusedCalls, items, throttled, drained);
  }

  private void begin() {
    service.target.byDefault =
        batch -> {
          long dueNs =
              clock.nanoTime() + (latencyMs + random.nextInt(latencyJitterMs + 1)) * 1_000_000L;
          Answer last = underWay.peekLast();
          underWay.add(
              new Answer(last == null ? dueNs : Math.max(dueNs, last.dueNs), answer(batch)));
          return null;
        };
    service.accept(SPRING, 1, DAY_MS);
    service.settleDown();
    service.open(SPRING);
  }

  /** Lets time pass; there is always something to send. */
  private Seen run(long seconds) {
    Seen before = seen();
    long endNs = clock.nanoTime() + seconds * 1_000_000_000L;
    while (clock.nanoTime() < endNs) {
      if (service.control(SPRING).lane().counts().queued() < 1_000) {
        service.accept(SPRING, 2_000, DAY_MS);
      }
      service.settleDown();
      long nextNs = Math.min(endNs, service.dispatcher.idleUntilNs());
      if (!underWay.isEmpty()) {
        nextNs = Math.min(nextNs, underWay.getFirst().dueNs);
      }
      clock.advanceMs(Math.max(1, (nextNs - clock.nanoTime() + 999_999) / 1_000_000));
      while (!underWay.isEmpty() && underWay.getFirst().dueNs <= clock.nanoTime()) {
        BatchReply reply = underWay.removeFirst().reply;
        service.target.answerHeld(batch -> reply);
      }
    }
    service.target.puts.clear();
    return seen().since(before);
  }

  @ParameterizedTest
  @CsvSource({"10, 20, 0", "10, 60, 40", "10, 900, 300", "2, 60, 40"})
  void shouldUseTheWholeQuotaOfCalls(double burstCalls, int latency, int jitter) {
    burst = burstCalls;
    latencyMs = latency;
    latencyJitterMs = jitter;
    begin();
    run(10);
    Seen minutes = run(120);
    String what = minutes.toString();
    assertTrue(minutes.calls - minutes.refusedCalls >= 0.995 * 1_200, what);
    assertTrue(minutes.refusedShare() <= 0.001, what);
    assertTrue(minutes.items >= 24.9 * minutes.calls, what);
  }

  @ParameterizedTest
  @CsvSource({"100, 60, 0, 1", "250, 60, 40, 3", "1000, 60, 40, 4", "100, 150, 50, 5"})
  void shouldFollowADialerThatDrainsAt50Then10Then200(
      double buffer, int latency, int jitter, int seed) {
    random = new Random(seed);
    bufferMax = buffer;
    latencyMs = latency;
    latencyJitterMs = jitter;
    begin();
    List<String> faults = new ArrayList<>();
    for (double rate : new double[] {50, 10, 200, 10}) {
      drainPerSecond = rate;
      run(30);
      Seen minute = run(60);
      double used = minute.drained / (60 * rate);
      if (used < 0.99 || minute.throttledShare() > 0.02) {
        faults.add(
            String.format(
                "%.0f/s: used %.3f, throttled %.3f, %d calls",
                rate, used, minute.throttledShare(), minute.calls));
      }
      run(random.nextInt(20));
    }
    assertTrue(faults.isEmpty(), faults::toString);
  }
}
