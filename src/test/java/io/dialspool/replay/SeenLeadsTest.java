package io.dialspool.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.ring.DialItems;
import org.junit.jupiter.api.Test;

class SeenLeadsTest {
  private final DialItems items = new DialItems();

  private DialItems lead(String token, String phone) {
    items.clear();
    int item = items.begin();
    int tokenAt = items.append(token);
    items.token(item, tokenAt, items.used() - tokenAt);
    int phoneAt = items.append(phone);
    items.phone(item, phoneAt, items.used() - phoneAt);
    items.attributes(item, items.used(), 0, 0);
    return items;
  }

  @Test
  void shouldKnowEachOfManyTokensAndNumbersAgain() {
    var seen = new SeenLeads();
    int many = 200_000; // tables grow several times
    for (int i = 0; i < many; i++) {
      assertEquals(SeenLeads.Token.NEW, seen.token(lead("t" + i, "+1206" + (1_000_000 + i)), 0));
      assertFalse(seen.number(items, 0), "new: " + i);
    }
    for (int i = 0; i < many; i += 97) {
      assertEquals(SeenLeads.Token.KNOWN, seen.token(lead("t" + i, "+1206" + (1_000_000 + i)), 0));
      assertEquals(
          SeenLeads.Token.KNOWN_WITH_OTHER_CONTENT, seen.token(lead("t" + i, "+12065550100"), 0));
    }
    assertTrue(seen.isWhole());
  }

  @Test
  void shouldCountADoubledNumberOnce() {
    var seen = new SeenLeads();
    assertFalse(seen.number(lead("a", "+12065550100"), 0));
    assertTrue(seen.number(lead("b", "+12065550100"), 0));
    assertTrue(seen.number(lead("c", "+12065550100"), 0));
    assertFalse(seen.number(lead("d", "+12065550101"), 0));
    assertEquals(1, seen.numbersTwice());
  }

  @Test
  void shouldSayWhenItsMemoryIsFullAndGoOnKnowingTheFirst() {
    var seen = new SeenLeads(0); // the smallest tables there are
    for (int i = 0; i < 70_000; i++) {
      seen.token(lead("t" + i, "+12065550100"), 0);
    }
    assertFalse(seen.isWhole());
    assertEquals(SeenLeads.Token.KNOWN, seen.token(lead("t0", "+12065550100"), 0));
    assertEquals(SeenLeads.Token.KNOWN, seen.token(lead("t49000", "+12065550100"), 0));
  }
}
