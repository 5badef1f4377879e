package io.dialspool.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is running. Defaults, file, environment and {@code --set}, the later wins.
 *
 * @param target the one named {@link #DEFAULT_TARGET}
 * @param targets further ones by name, in the order of their names
 * @param webhooks where outcomes are brought to, by name
 */
public record Config(
    IntakeConfig intake,
    ManagementConfig management,
    DoorsConfig doors,
    SpoolConfig spool,
    TargetConfig target,
    Map<String, TargetConfig> targets,
    RoutingConfig routing,
    DispatchConfig dispatch,
    Map<String, WebhookConfig> webhooks,
    CampaignServiceConfig campaignService,
    LogConfig log,
    AuditConfig audit) {
  /** The name of the target that the section {@code target} describes. */
  public static final String DEFAULT_TARGET = "default";

  public static final Config DEFAULT =
      new Config(
          IntakeConfig.DEFAULT,
          ManagementConfig.DEFAULT,
          DoorsConfig.DEFAULT,
          SpoolConfig.DEFAULT,
          TargetConfig.DEFAULT,
          Map.of(),
          RoutingConfig.DEFAULT,
          DispatchConfig.DEFAULT,
          Map.of(),
          CampaignServiceConfig.DEFAULT,
          LogConfig.DEFAULT,
          AuditConfig.DEFAULT);
  private static final int WEBHOOKS_MAX = 16;

  public Config {
    targets = Collections.unmodifiableMap(new TreeMap<>(targets));
    webhooks = Collections.unmodifiableMap(new TreeMap<>(webhooks));
    var faults = new ArrayList<String>(betweenTargets(allTargets(target, targets)));
    faults.addAll(ofWebhooks(webhooks, spool));
    if (!faults.isEmpty()) {
      throw new ConfigException(faults);
    }
  }

  /** Every target by its name, the default first. */
  public Map<String, TargetConfig> allTargets() {
    return allTargets(target, targets);
  }

  /** Whether any target reaches Amazon itself, and so real people. */
  public boolean reachesAmazon() {
    return allTargets().values().stream().anyMatch(TargetConfig::isAmazon);
  }

  private static Map<String, TargetConfig> allTargets(
      TargetConfig target, Map<String, TargetConfig> targets) {
    var all = new LinkedHashMap<String, TargetConfig>();
    all.put(DEFAULT_TARGET, target);
    all.putAll(targets);
    return all;
  }

  /**
   * A lane remembers kind, account, Region and endpoint: no two targets may be the same by these,
   * and an account that is not known may be any.
   */
  private static List<String> betweenTargets(Map<String, TargetConfig> all) {
    var faults = new ArrayList<String>();
    var before = new LinkedHashMap<String, TargetConfig>();
    var named = new HashMap<String, String>();
    all.forEach(
        (name, target) -> {
          String section = section(name);
          if (target.isEmbedded() && !name.equals(DEFAULT_TARGET)) {
            faults.add(
                section
                    + ".kind: embedded (expected: connect-campaigns, only the section target may be"
                    + " embedded)");
          }
          before.forEach(
              (other, its) -> {
                if (areOne(target, its)) {
                  faults.add(
                      section
                          + ".account: "
                          + (target.accountSaid().isEmpty() ? "(empty)" : target.accountSaid())
                          + " (expected: the account, another than that of "
                          + section(other)
                          + ", said in both: their region and endpoint are the same)");
                }
              });
          before.put(name, target);
          for (String pattern : target.campaignPatterns()) {
            String first = named.putIfAbsent(pattern, section);
            if (first != null) {
              faults.add(
                  section
                      + ".campaigns: "
                      + pattern
                      + " (expected: once, it stands in "
                      + first
                      + ".campaigns)");
            }
          }
        });
    return faults;
  }

  private static List<String> ofWebhooks(Map<String, WebhookConfig> all, SpoolConfig spool) {
    var faults = new ArrayList<String>();
    if (all.size() > WEBHOOKS_MAX) {
      faults.add("webhooks: " + all.size() + " (expected: at most " + WEBHOOKS_MAX + ")");
    }
    all.forEach(
        (name, webhook) -> {
          String section = "webhooks." + name;
          if (webhook.url().isEmpty()) {
            faults.add(section + ".url: (empty) (expected: http:// or https://, host, port, path)");
          }
          if (webhook.secret().isEmpty()) {
            faults.add(
                section + ".secret: (empty) (expected: whsec_ and base64 of 24 to 64 bytes)");
          }
          // What was given up must still be in the feed, to be brought once more.
          if (webhook.giveUpAfter().compareTo(spool.feedWindow()) >= 0) {
            faults.add(
                section
                    + ".giveUpAfter: "
                    + ConfigKey.format(webhook.giveUpAfter())
                    + " (expected: less than spool.feedWindow, "
                    + ConfigKey.format(spool.feedWindow())
                    + ")");
          }
        });
    return faults;
  }

  private static boolean areOne(TargetConfig a, TargetConfig b) {
    return !a.isEmbedded()
        && !b.isEmbedded()
        && a.endpoint().equals(b.endpoint())
        && a.region().equals(b.region())
        && (a.accountSaid().isEmpty()
            || b.accountSaid().isEmpty()
            || a.accountSaid().equals(b.accountSaid()));
  }

  private static String section(String name) {
    return name.equals(DEFAULT_TARGET) ? "target" : "targets." + name;
  }
}
