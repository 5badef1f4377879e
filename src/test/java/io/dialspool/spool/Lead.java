package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A dial request as a test says it.
 *
 * @param attributes name, value, name, value
 */
public record Lead(
    String clientToken, String phoneNumber, long deadlineMs, List<String> attributes) {
  public static Lead of(String clientToken, long deadlineMs) {
    return new Lead(clientToken, "+12065550100", deadlineMs, List.of());
  }

  public Lead withNumber(String number) {
    return new Lead(clientToken, number, deadlineMs, attributes);
  }

  public Lead withDeadline(long epochMs) {
    return new Lead(clientToken, phoneNumber, epochMs, attributes);
  }

  public Lead withAttributes(String... namesAndValues) {
    return new Lead(clientToken, phoneNumber, deadlineMs, List.of(namesAndValues));
  }

  /** At most 25 of them, as the parser would have left them. */
  public static DialItems items(List<Lead> leads) {
    var items = new DialItems();
    for (Lead lead : leads) {
      int i = items.begin();
      int at = items.append(lead.clientToken);
      items.token(i, at, items.used() - at);
      at = items.append(lead.phoneNumber);
      items.phone(i, at, items.used() - at);
      at = items.used();
      for (String text : lead.attributes) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        byte[] bytes = items.ensure(4);
        for (int b = 0; b < 4; b++) {
          bytes[items.used() + b] = (byte) (length >>> (24 - 8 * b));
        }
        items.advance(4);
        items.append(text);
      }
      items.attributes(i, at, items.used() - at, lead.attributes.size() / 2);
      items.deadlineMs(i, lead.deadlineMs);
    }
    return items;
  }

  /** One body in a slot. */
  public static DialSlot slot(CampaignId campaign, List<Lead> leads, long nowMs) {
    var slot = new DialSlot();
    slot.trade(campaign, items(leads), nowMs, done -> {});
    return slot;
  }
}
