package io.dialspool.simulation;

import io.dialspool.ring.DialItems;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a client sends at once: 1 to 25 items of one campaign. */
final class Body {
  /** What is wrong with an item in our own eyes. */
  enum Flaw {
    NONE,
    PHONE,
    TOKEN,
    ATTRIBUTES
  }

  /**
   * @param pairsSeed order in which the attributes are written
   */
  record Item(Lead lead, long deadlineMs, Flaw flaw, long pairsSeed) {}

  private final String campaign;
  private final List<Item> items;
  int tries;

  Body(String campaign, List<Item> items) {
    this.campaign = campaign;
    this.items = List.copyOf(items);
  }

  String campaign() {
    return campaign;
  }

  List<Item> items() {
    return items;
  }

  /** As a parser would leave it. */
  void fill(DialItems into) {
    for (Item item : items) {
      int i = into.begin();
      String token = item.flaw == Flaw.TOKEN ? "no token" : item.lead.token();
      int at = into.append(token);
      into.token(i, at, into.used() - at);
      at = into.append(item.flaw == Flaw.PHONE ? "+1555" : item.lead.phone());
      into.phone(i, at, into.used() - at);
      var pairs = new ArrayList<Map.Entry<String, String>>(item.lead.attributes().entrySet());
      Collections.shuffle(pairs, new Random(item.pairsSeed));
      at = into.used();
      for (Map.Entry<String, String> pair : pairs) {
        string(into, item.flaw == Flaw.ATTRIBUTES ? "not a name" : pair.getKey());
        string(into, pair.getValue());
      }
      into.attributes(i, at, into.used() - at, pairs.size());
      into.deadlineMs(i, item.deadlineMs);
    }
  }

  private static void string(DialItems into, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = into.ensure(4 + utf8.length);
    ByteBuffer.wrap(bytes).putInt(into.used(), utf8.length);
    System.arraycopy(utf8, 0, bytes, into.used() + 4, utf8.length);
    into.advance(4 + utf8.length);
  }
}
