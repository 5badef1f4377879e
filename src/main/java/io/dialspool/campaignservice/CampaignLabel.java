package io.dialspool.campaignservice;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A campaign's id as it comes in a path or a list. Source: contract sections 3 and 5.1. */
final class CampaignLabel {
  private static final Pattern OURS =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private CampaignLabel() {}

  /** As one of our ids, or null: then no campaign ever had it. */
  static @Nullable UUID parsed(String label) {
    return OURS.matcher(label).matches() ? UUID.fromString(label) : null;
  }
}
