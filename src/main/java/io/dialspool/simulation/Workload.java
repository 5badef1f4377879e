package io.dialspool.simulation;

import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What clients send: new leads, and the same ones again in every way a client can think of. */
final class Workload {
  private static final long SECOND_MS = 1_000;
  private static final @Nullable RequestState[] STATES = {
    null, null, null, RequestState.EXPIRED, RequestState.REJECTED, RequestState.UNDELIVERABLE
  };
  private static final String[] VALUES = {"Ann", "", "O\"Neil\\", "Łukasz", "a\tb", "☎ 💬", "42"};

  private final SplittableRandom random;
  private final boolean poisoned;
  private final boolean large;
  private final Tally tally;
  private final Map<String, List<Lead>> sent = new HashMap<>();
  private final Map<String, Integer> lastToken = new HashMap<>();
  private int lastPhone;

  /**
   * @param poisoned whether some leads are bad in the target's eyes alone
   * @param large whether some are so large that 25 don't fit into a call
   */
  Workload(SplittableRandom random, boolean poisoned, boolean large, Tally tally) {
    this.random = random;
    this.poisoned = poisoned;
    this.large = large;
    this.tally = tally;
  }

  /** The next body for a campaign. */
  Body draw(String campaign, long nowMs) {
    int count = random.nextInt(3) == 0 ? 25 : 1 + random.nextInt(25);
    var items = new ArrayList<Body.Item>();
    List<Lead> before = sent.computeIfAbsent(campaign, key -> new ArrayList<>());
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(100);
      if (kind < 12 && !before.isEmpty()) {
        items.add(item(before.get(random.nextInt(before.size())), nowMs, Body.Flaw.NONE));
      } else if (kind < 15 && !items.isEmpty()) {
        items.add(item(items.get(random.nextInt(i)).lead(), nowMs, Body.Flaw.NONE));
      } else if (kind < 18 && !before.isEmpty()) {
        items.add(item(other(before.get(random.nextInt(before.size()))), nowMs, Body.Flaw.NONE));
      } else if (kind < 24) {
        Lead lead =
            before.isEmpty() || random.nextBoolean()
                ? fresh(campaign, false)
                : before.get(random.nextInt(before.size()));
        items.add(item(lead, nowMs, flaw(lead)));
      } else {
        Lead lead = fresh(campaign, poisoned);
        before.add(lead);
        items.add(item(lead, nowMs, Body.Flaw.NONE));
      }
    }
    return new Body(campaign, items);
  }

  /** A body without anything wrong, due in an hour. */
  Body healthy(String campaign, long nowMs) {
    return healthy(campaign, 3, nowMs);
  }

  /** The same with as many as a body can have. */
  Body full(String campaign, long nowMs) {
    return healthy(campaign, 25, nowMs);
  }

  private Body healthy(String campaign, int count, long nowMs) {
    var items = new ArrayList<Body.Item>();
    for (int i = 0; i < count; i++) {
      items.add(
          new Body.Item(
              fresh(campaign, false), nowMs + 3_600_000, Body.Flaw.NONE, random.nextInt()));
    }
    return new Body(campaign, items);
  }

  /** The same again, as a client sends it that got no answer. */
  Body again(Body body, long nowMs) {
    boolean renewed = random.nextBoolean();
    var items = new ArrayList<Body.Item>();
    for (Body.Item item : body.items()) {
      items.add(
          new Body.Item(
              item.lead(),
              renewed ? deadlineMs(nowMs) : item.deadlineMs(),
              item.flaw(),
              random.nextLong()));
    }
    return new Body(body.campaign(), items);
  }

  /** A token to recall, most often one that was sent. */
  String token(String campaign) {
    List<Lead> before = sent.getOrDefault(campaign, List.of());
    return before.isEmpty() || random.nextInt(10) == 0
        ? "never-sent"
        : before.get(random.nextInt(before.size())).token();
  }

  /** Which dead letters somebody wants to have dialled after all. */
  RedriveOrder redrive(String campaign, long nowMs) {
    var tokens = new ArrayList<ClientToken>();
    if (random.nextInt(4) == 0) {
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        tokens.add(new ClientToken(token(campaign)));
      }
    }
    return new RedriveOrder(
        STATES[random.nextInt(STATES.length)],
        random.nextInt(6) == 0 ? Reason.CAMPAIGN_STOPPED : null,
        random.nextInt(6) == 0 ? nowMs - 20 * SECOND_MS : Long.MIN_VALUE,
        random.nextInt(6) == 0 ? nowMs - 20 * SECOND_MS : Long.MAX_VALUE,
        tokens,
        random.nextInt(3) == 0,
        Math.max(deadlineMs(nowMs), nowMs + 1),
        false,
        "");
  }

  private Body.Item item(Lead lead, long nowMs, Body.Flaw flaw) {
    return new Body.Item(lead, deadlineMs(nowMs), flaw, random.nextLong());
  }

  private Lead fresh(String campaign, boolean mayBePoisoned) {
    int number = lastToken.merge(campaign, 1, Integer::sum);
    Lead.Poison poison = Lead.Poison.NONE;
    if (mayBePoisoned && random.nextInt(40) == 0) {
      poison = random.nextBoolean() ? Lead.Poison.INVALID : Lead.Poison.SHAPE;
    }
    return new Lead(campaign, "t-" + number, phone(), attributes(), poison);
  }

  /** Other content under a token that was used. */
  private Lead other(Lead lead) {
    SortedMap<String, String> attributes = new TreeMap<>(lead.attributes());
    if (random.nextBoolean()) {
      return new Lead(lead.campaign(), lead.token(), phone(), attributes, Lead.Poison.NONE);
    }
    attributes.put("other", "x" + random.nextInt(3));
    return new Lead(lead.campaign(), lead.token(), lead.phone(), attributes, lead.poison());
  }

  private String phone() {
    return "+1" + (2_060_000_000L + ++lastPhone);
  }

  private SortedMap<String, String> attributes() {
    var attributes = new TreeMap<String, String>();
    for (int i = random.nextInt(4); i > 0; i--) {
      attributes.put("a" + i, VALUES[random.nextInt(VALUES.length)]);
    }
    if (large && random.nextInt(3) == 0) {
      tally.count(Happening.LARGE_ITEM);
      attributes.put("large", "\"".repeat(30_000)); // twice as long as JSON
    }
    return attributes;
  }

  private Body.Flaw flaw(Lead lead) {
    return switch (random.nextInt(lead.attributes().isEmpty() ? 2 : 3)) {
      case 0 -> Body.Flaw.PHONE;
      case 1 -> Body.Flaw.TOKEN;
      default -> Body.Flaw.ATTRIBUTES;
    };
  }

  private long deadlineMs(long nowMs) {
    long aheadMs =
        switch (random.nextInt(12)) {
          case 0 -> random.nextLong(-SECOND_MS, 35 * SECOND_MS);
          case 1, 2 -> random.nextLong(35 * SECOND_MS, 150 * SECOND_MS);
          case 3, 4, 5 -> random.nextLong(2 * 60 * SECOND_MS, 15 * 60 * SECOND_MS);
          case 6 -> random.nextLong(24 * 3600 * SECOND_MS, 29 * 24 * 3600 * SECOND_MS);
          default -> random.nextLong(15 * 60 * SECOND_MS, 10 * 3600 * SECOND_MS);
        };
    return nowMs + aheadMs;
  }
}
