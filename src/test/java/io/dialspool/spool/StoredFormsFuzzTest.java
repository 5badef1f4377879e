package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.request.CampaignId;
import io.dialspool.request.RequestState;
import io.dialspool.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/**
 * Each form that the spool reads back from its disk, of any bytes: it is read, or refused as what
 * the store can't be; and what was read is written again as it was. The first byte says which form.
 */
@Timeout(600)
class StoredFormsFuzzTest {
  private static final Seeds SEEDS = new Seeds(1, 2, 3);
  private static final LaneInfo LANE =
      new LaneInfo(3, new CampaignId("c"), Spooling.TARGET, 1, SEEDS);

  @FuzzTest
  void shouldReadOrRefuseWhatLiesInTheStore(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] value = Arrays.copyOfRange(input, 1, input.length);
    try {
      switch (input[0] & 7) {
        case 0 -> page(value);
        case 1 -> settled(value);
        case 2 -> ranges(value);
        case 3 -> assertArrayEquals(value, Mark.encode(Mark.decode(value)));
        case 4 -> assertArrayEquals(value, TokenEntry.decode(value).encode());
        case 5 -> lane(value);
        case 6 -> assertArrayEquals(value, Seeds.decode(value).encode());
        default -> OutcomeIndex.read(value, (first, index, items) -> items <= 0xffff);
      }
    } catch (StoreException e) {
      assertFalse(String.valueOf(e.getMessage()).isBlank());
    }
  }

  private static void page(byte[] value) {
    List<StoredRequest> requests = Page.read(LANE, 40, value);
    assertFalse(requests.isEmpty(), "a page without a request");
    assertEquals(requests.size(), Page.count(value));
    for (int i = 0; i < requests.size(); i++) {
      StoredRequest request = requests.get(i);
      assertEquals(40 + i, request.sequence());
      assertTrue(request.clientToken().length() == request.tokenBytes());
      assertEquals(request.phoneBytes(), request.phoneNumber().length());
      assertTrue(request.attributes().length() <= request.payloadBytes());
      try {
        Fingerprint.of(request, SEEDS.fingerprintHasher());
      } catch (StoreException e) {
        assertEquals("ds-3-" + request.sequence() + " holds no payload of ours", e.getMessage());
      }
    }
  }

  private static void settled(byte[] value) {
    var settlements = new ArrayList<Settlement>();
    var indexes = new ArrayList<Integer>();
    SettledPart.decode(
        value,
        (index, outcome) -> {
          indexes.add(index);
          settlements.add(outcome.of(request(index)));
          assertTrue(
              outcome.state().isFinal()
                  || outcome.state() == RequestState.QUEUED
                  || outcome.state() == RequestState.IN_FLIGHT);
        });
    byte[] again = SettledPart.encode(settlements);
    // An id that is no UTF-8 is read with its faults replaced.
    if (again.length == value.length) {
      assertArrayEquals(value, again);
    }
    for (int i = 0; i < indexes.size(); i++) {
      assertEquals(indexes.get(i), settlements.get(i).request().index());
    }
  }

  private static StoredRequest request(int index) {
    return new StoredRequest(LANE, 40, index, new byte[0], 0, 0, 0, 0, 0, 0, 0, 0);
  }

  private static void ranges(byte[] value) {
    SettledRanges ranges = SettledRanges.decode(value);
    byte[] again = ranges.encode();
    assertArrayEquals(again, SettledRanges.decode(again).encode());
    // A start that skips must get on, and only forwards.
    long at = 1;
    for (int i = 0; i < 100; i++) {
      long next = ranges.skip(at);
      assertTrue(next >= at, "skips backwards");
      assertTrue(ranges.nextFrom(next) > next);
      at = next;
    }
  }

  private static void lane(byte[] value) {
    LaneInfo lane = LaneInfo.decode(3, value, 7, SEEDS);
    LaneInfo again = LaneInfo.decode(3, lane.encode(), 7, SEEDS);
    assertEquals(lane.campaign(), again.campaign());
    assertEquals(lane.target(), again.target());
    assertEquals(lane.aimedSince(), again.aimedSince());
  }
}
