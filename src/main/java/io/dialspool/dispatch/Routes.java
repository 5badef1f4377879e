package io.dialspool.dispatch;

import io.dialspool.request.CampaignId;
import io.dialspool.spool.Route;
import io.dialspool.target.Target;
import io.dialspool.target.TargetIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which target a campaign belongs to: by the lane that it has, else by rule, else by what a look-up
 * found. A campaign that got its target keeps it; only a start may move it, and then only while
 * nothing of it waits. Any thread.
 */
public final class Routes implements Route {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  /** AWS has 500 campaigns an account at most. */
  private static final int FOUND_MAX = 100_000;

  /**
   * A target as far as routing is concerned.
   *
   * @param name as in the configuration
   * @param campaigns by rule: ids, or patterns with {@code *}
   */
  public record Entry(String name, Target target, List<String> campaigns) {
    public Entry {
      campaigns = List.copyOf(campaigns);
    }
  }

  private record Rule(Pattern ids, Entry entry) {}

  private final List<Entry> entries;
  private final Map<String, Entry> byId = new HashMap<>();
  private final List<Rule> patterns;
  private final boolean lookup;
  private final Map<CampaignId, Entry> kept = new ConcurrentHashMap<>();
  private final AtomicInteger found = new AtomicInteger();
  private final Map<String, String> accounts = new HashMap<>();

  /**
   * @param entries one at least, the default first
   * @param lookup whether a campaign that no rule names is asked for; else it goes to the default
   */
  public Routes(List<Entry> entries, boolean lookup) {
    this.entries = List.copyOf(entries);
    this.lookup = lookup && entries.size() > 1;
    for (Entry entry : entries) {
      for (String id : entry.campaigns()) {
        if (id.indexOf('*') < 0) {
          byId.putIfAbsent(id, entry);
        }
      }
    }
    this.patterns =
        entries.stream()
            .flatMap(
                entry ->
                    entry.campaigns().stream()
                        .filter(id -> id.indexOf('*') >= 0)
                        .map(pattern -> new Rule(regex(pattern), entry)))
            .toList();
  }

  /** The ids that a pattern with {@code *} stands for. */
  public static Pattern regex(String pattern) {
    return Pattern.compile(
        java.util.Arrays.stream(pattern.split("\\*+", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }

  /** Every target, the default first. */
  public List<Entry> entries() {
    return entries;
  }

  /** Where the campaign belongs; null if the targets must be asked. */
  public @Nullable Entry known(CampaignId campaign) {
    Entry entry = kept.get(campaign);
    if (entry == null) {
      entry = byRule(campaign);
    }
    return entry == null && !lookup ? entries.get(0) : entry;
  }

  /** An id goes before a pattern, else the first target in order. */
  private @Nullable Entry byRule(CampaignId campaign) {
    Entry entry = byId.get(campaign.value());
    if (entry != null) {
      return entry;
    }
    for (Rule rule : patterns) {
      if (rule.ids().matcher(campaign.value()).matches()) {
        return rule.entry();
      }
    }
    return null;
  }

  /**
   * A look-up found the campaign there; it stays there.
   *
   * @return false if there are too many already
   */
  boolean found(CampaignId campaign, Entry entry) {
    if (known(campaign) == null) {
      if (found.incrementAndGet() > FOUND_MAX) {
        found.decrementAndGet();
        return false;
      }
      if (kept.putIfAbsent(campaign, entry) == null) {
        LOG.info("campaign {} belongs to target {}", campaign, entry.name());
      } else {
        found.decrementAndGet();
      }
    }
    return true;
  }

  // --- for the spool

  @Override
  public TargetIdentity of(CampaignId campaign) {
    Entry entry = known(campaign);
    if (entry == null) {
      // Whoever lets a request in has asked for its campaign before.
      throw new IllegalStateException("campaign " + campaign + " was never looked up");
    }
    kept.putIfAbsent(campaign, entry);
    return entry.target().identity();
  }

  @Override
  public Optional<TargetIdentity> ofStored(
      CampaignId campaign, TargetIdentity stored, boolean waiting) {
    Entry rule = byRule(campaign);
    Entry entry = rule != null ? rule : stillThere(stored);
    if (entry == null && lookup) {
      return Optional.empty();
    }
    entry = entry == null ? entries.get(0) : entry;
    TargetIdentity identity = entry.target().identity();
    if (waiting && identity.mayBe(stored) && !stored.account().isEmpty()) {
      String account = accounts.putIfAbsent(entry.name(), stored.account());
      if (account != null && !account.equals(stored.account())) {
        // Two accounts can't both be the one of this target's credentials.
        identity =
            new TargetIdentity(identity.kind(), account, identity.region(), identity.endpoint());
      }
    }
    kept.put(campaign, entry);
    return Optional.of(identity);
  }

  private @Nullable Entry stillThere(TargetIdentity stored) {
    for (Entry entry : entries) {
      if (entry.target().identity().mayBe(stored)) {
        return entry;
      }
    }
    return null;
  }

  /**
   * The account that the waiting requests of a target belong to, as the spool has it; empty if it
   * doesn't know.
   */
  public String storedAccount(String name) {
    return accounts.getOrDefault(name, "");
  }
}
