package io.dialspool.campaignservice;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A campaign's id as it comes in a path or a list. Source: contract sections 3 and 5.1. */
final class CampaignLabel {
  static final Pattern FORM = Pattern.compile("\\S*");
  private static final Pattern OURS =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private CampaignLabel() {}

  /** The label itself, or a ValidationException. */
  static String checked(String label) {
    int chars = label.codePointCount(0, label.length());
    if (chars < 1 || chars > 256) {
      throw Refused.shape("id", chars + " characters", "1 to 256 characters");
    }
    if (!FORM.matcher(label).matches()) {
      throw Refused.shape("id", "breaks the pattern", FORM.pattern());
    }
    return label;
  }

  /** As one of our ids, or null: then no campaign ever had it. */
  static @Nullable UUID parsed(String label) {
    return OURS.matcher(label).matches() ? UUID.fromString(label) : null;
  }
}
