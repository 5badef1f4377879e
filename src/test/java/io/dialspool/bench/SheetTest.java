package io.dialspool.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class SheetTest {
  @Test
  void shouldGiveMedianLowestAndHighest() {
    var sheet = new Sheet().row("items/s", "itemsPerSecond", 1, List.of(30.0, 1_010.0, 20.0));
    assertTrue(
        sheet.text().replaceAll(" +", " ").contains("items/s 30.0 20.0 1,010.0"), sheet.text());
    ObjectNode json = ServiceCalls.JSON.createObjectNode();
    sheet.into(json);
    assertEquals(30, json.path("itemsPerSecond").asDouble());
    assertEquals(20, json.path("rounds").path(2).path("itemsPerSecond").asDouble());
  }

  @Test
  void shouldTakeTheMeanOfTheTwoInTheMiddle() {
    assertEquals(2.5, Sheet.median(new double[] {4, 1, 3, 2}));
    assertEquals(0, Sheet.median(new double[0]));
  }
}
