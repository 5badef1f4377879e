package io.dialspool.crashtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KillTest {
  private static final Set<Kill> DEALT =
      EnumSet.of(Kill.UNDER_LOAD, Kill.STARTING, Kill.PAUSED, Kill.DRAINING, Kill.STOPPED);

  @Test
  void shouldHaveEveryKindInTheFirstFiveCycles() {
    for (long seed = 0; seed < 50; seed++) {
      assertEquals(DEALT, EnumSet.copyOf(dealt(seed, 5)), "seed " + seed);
    }
  }

  @Test
  void shouldKillUnderLoadMostOften() {
    List<Kill> dealt = dealt(1, 200);
    assertEquals(80, dealt.stream().filter(Kill.UNDER_LOAD::equals).count());
    assertEquals(40, dealt.stream().filter(Kill.STARTING::equals).count());
    assertEquals(40, dealt.stream().filter(Kill.PAUSED::equals).count());
    assertEquals(20, dealt.stream().filter(Kill.DRAINING::equals).count());
    assertEquals(20, dealt.stream().filter(Kill.STOPPED::equals).count());
  }

  @Test
  void shouldDealTheSameForTheSameSeed() {
    assertEquals(dealt(7, 30), dealt(7, 30));
  }

  private static List<Kill> dealt(long seed, int count) {
    var deck = new Kill.Deck(new SplittableRandom(seed));
    var dealt = new ArrayList<Kill>();
    for (int i = 0; i < count; i++) {
      dealt.add(deck.next());
    }
    return dealt;
  }
}
