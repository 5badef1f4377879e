package io.dialspool.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private final History history = new History(List.of("accepted", "admitted"), 3);

  @Test
  void shouldBeEmptyAtFirst() {
    assertEquals("{\"at\":[],\"accepted\":[],\"admitted\":[]}", history.json().toString());
  }

  @Test
  void shouldKeepTheLatestSamplesInOrder() {
    for (int i = 1; i <= 5; i++) {
      history.add(i * 1_000L, i * 10L, i);
    }
    assertEquals(
        "{\"at\":[3000,4000,5000],\"accepted\":[30,40,50],\"admitted\":[3,4,5]}",
        history.json().toString());
  }

  @Test
  void shouldTellLargeCountsWhole() {
    history.add(1_795_262_400_000L, 9_007_199_254_740_991L, 1);
    assertEquals(
        "{\"at\":[1795262400000],\"accepted\":[9007199254740991],\"admitted\":[1]}",
        history.json().toString());
  }

  @Test
  void shouldRefuseASampleOfAnotherShape() {
    assertThrows(IllegalArgumentException.class, () -> history.add(1, 2));
  }
}
