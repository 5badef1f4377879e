package io.dialspool.webhooks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.request.CampaignId;
import io.dialspool.request.DeadDelivery;
import io.dialspool.spool.Bookmarks;
import io.dialspool.spool.OutcomeFeed.Cursor;
import io.dialspool.store.StoreException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one webhook keeps with the spool: a cursor for each campaign, and the stretches of the feed
 * that it gave up. The outcomes themselves stay in the feed, so neither costs more than a key.
 * Webhooks' thread only.
 */
final class Ledger {
  /** Stretches at most; then nothing more is given up. */
  static final int DEAD_MAX = 10_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Bookmarks marks;
  private final String prefix;
  private final Map<String, DeadDelivery> dead = new TreeMap<>();
  private long deadOutcomes;

  /** Reads what the webhook of this name has put aside. */
  Ledger(String name, Bookmarks marks) {
    this.marks = marks;
    this.prefix = "webhook/" + name + "/";
    marks.below(prefix + "dead/", DEAD_MAX).forEach((key, text) -> dead.put(key, read(text)));
    dead.values().forEach(each -> deadOutcomes += each.outcomes());
  }

  /** The dead deliveries by their keys, in the order of their places. */
  Map<String, DeadDelivery> dead() {
    return dead;
  }

  long deadOutcomes() {
    return deadOutcomes;
  }

  boolean isFull() {
    return dead.size() >= DEAD_MAX;
  }

  Cursor cursor(CampaignId campaign) {
    String text = marks.get(cursorKey(campaign));
    return text == null ? Cursor.START : Cursor.of(text).orElse(Cursor.START);
  }

  /** All up to {@code through} was brought. */
  void brought(CampaignId campaign, Cursor through) {
    write(cursorKey(campaign), through.toString());
  }

  /**
   * Puts a stretch aside and goes on behind it, in one write. It joins the one before it.
   *
   * @param outcomes in it
   */
  void giveUp(
      CampaignId campaign,
      Cursor after,
      Cursor through,
      long outcomes,
      long settledAtMs,
      String failure,
      long nowMs) {
    String key = null;
    DeadDelivery before = null;
    for (Map.Entry<String, DeadDelivery> each : dead.entrySet()) {
      DeadDelivery one = each.getValue();
      if (one.campaign().equals(campaign)
          && one.through().equals(after.toString())
          && !one.redelivering()) {
        key = each.getKey();
        before = one;
      }
    }
    var now =
        new DeadDelivery(
            campaign,
            before == null ? after.toString() : before.after(),
            through.toString(),
            outcomes + (before == null ? 0 : before.outcomes()),
            nowMs,
            settledAtMs,
            failure,
            false);
    String its = key == null ? deadKey(campaign, after) : key;
    var changes = new HashMap<String, @Nullable String>();
    changes.put(its, text(now));
    changes.put(cursorKey(campaign), through.toString());
    marks.write(changes);
    replace(its, now);
  }

  /** Changes a dead delivery; null removes it. */
  void set(String key, @Nullable DeadDelivery now) {
    write(key, now == null ? null : text(now));
    replace(key, now);
  }

  private void replace(String key, @Nullable DeadDelivery now) {
    DeadDelivery before = now == null ? dead.remove(key) : dead.put(key, now);
    deadOutcomes += (now == null ? 0 : now.outcomes()) - (before == null ? 0 : before.outcomes());
  }

  private void write(String key, @Nullable String text) {
    var changes = new HashMap<String, @Nullable String>();
    changes.put(key, text);
    marks.write(changes);
  }

  private String cursorKey(CampaignId campaign) {
    return prefix + "at/" + campaign.value();
  }

  private String deadKey(CampaignId campaign, Cursor after) {
    return prefix + "dead/" + campaign.value() + "/" + after;
  }

  private static String text(DeadDelivery dead) {
    return JSON.createObjectNode()
        .put("campaign", dead.campaign().value())
        .put("after", dead.after())
        .put("through", dead.through())
        .put("outcomes", dead.outcomes())
        .put("givenUpAt", dead.givenUpAtMs())
        .put("settledAt", dead.settledAtMs())
        .put("failure", dead.failure())
        .put("redelivering", dead.redelivering())
        .toString();
  }

  private static DeadDelivery read(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      return new DeadDelivery(
          new CampaignId(json.path("campaign").asText()),
          json.path("after").asText(),
          json.path("through").asText(),
          json.path("outcomes").asLong(),
          json.path("givenUpAt").asLong(),
          json.path("settledAt").asLong(),
          json.path("failure").asText(),
          json.path("redelivering").asBoolean());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new StoreException("a webhook's dead letter can't be read", e);
    }
  }
}
