package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.OrderedStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KnownStatesTest {
  private static final int LANE = 7;
  private static final List<RequestState> FINAL =
      List.of(RequestState.SUBMITTED, RequestState.REJECTED, RequestState.EXPIRED);

  private final MemoryStore store = new MemoryStore();
  private final KnownStates states = new KnownStates(store);

  @Test
  void shouldTellTheStateOfEachRequestInWhicheverOrderItIsAsked() {
    var random = new SplittableRandom(11);
    Map<Long, RequestState> expected = pages(random);
    for (int round = 0; round < 3; round++) {
      states.forget();
      for (long sequence = 1; sequence < expected.size() + 1; sequence++) {
        assertEquals(expected.get(sequence), states.of(LANE, sequence), "sequence " + sequence);
      }
      for (int i = 0; i < 2_000; i++) {
        long sequence = 1L + random.nextInt(expected.size());
        assertEquals(expected.get(sequence), states.of(LANE, sequence), "sequence " + sequence);
        if (random.nextInt(5) == 0) {
          assertEquals(RequestState.QUEUED, states.of(LANE + 1, sequence)); // nothing settled there
        }
      }
    }
  }

  @Test
  void shouldNotTakeAnOutcomeFarBelowForTheRequestsOwn() {
    settle(1, List.of(0, 1, 2), RequestState.REJECTED);
    for (long apart : new long[] {3, 1L << 16, 1L << 32, (1L << 32) + 1}) {
      states.forget();
      assertEquals(RequestState.QUEUED, states.of(LANE, 1 + apart));
    }
    assertEquals(RequestState.REJECTED, states.of(LANE, 1));
  }

  @Test
  void shouldSeeWhatWasSettledSinceOnceItHasForgotten() {
    assertEquals(RequestState.QUEUED, states.of(LANE, 5));
    settle(4, List.of(1), RequestState.SUBMITTED);
    states.forget();
    assertEquals(RequestState.SUBMITTED, states.of(LANE, 5));
  }

  /** A hundred pages, of some of which all is settled, of some a few, of some nothing. */
  private Map<Long, RequestState> pages(SplittableRandom random) {
    var expected = new HashMap<Long, RequestState>();
    long first = 1;
    for (int page = 0; page < 100; page++) {
      int count = 1 + random.nextInt(20);
      int settledOfTen = random.nextInt(3) * 5;
      for (RequestState state : FINAL) {
        var indexes = new ArrayList<Integer>();
        for (int index = 0; index < count; index++) {
          if (!expected.containsKey(first + index) && random.nextInt(10) < settledOfTen) {
            indexes.add(index);
            expected.put(first + index, state);
          }
        }
        settle(first, indexes, state);
      }
      for (int index = 0; index < count; index++) {
        expected.putIfAbsent(first + index, RequestState.QUEUED);
      }
      first += count;
    }
    return expected;
  }

  /** One part of the page that begins with {@code first}. */
  private void settle(long first, List<Integer> indexes, RequestState state) {
    if (indexes.isEmpty()) {
      return;
    }
    var lane = new LaneInfo(LANE, new CampaignId("spring"), Spooling.TARGET, 1, Seeds.random());
    List<Settlement> ends =
        indexes.stream()
            .map(
                index ->
                    new Settlement(
                        new StoredRequest(lane, first, index, new byte[0], 0, 0, 0, 0, 1, 1, 0, 0),
                        state,
                        Reason.NONE,
                        1,
                        1,
                        1,
                        null))
            .toList();
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.SETTLED, Keys.settled(LANE, first, indexes.get(0)), SettledPart.encode(ends));
      store.write(batch, true);
    }
  }
}
