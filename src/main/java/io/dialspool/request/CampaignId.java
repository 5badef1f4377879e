package io.dialspool.request;

import java.util.regex.Pattern;

/**
 * A campaign's id: 1 to 256 characters without white space. Source: contract section 3.
 *
 * @param value as the target gave it
 */
public record CampaignId(String value) {
  private static final Pattern FORM = Pattern.compile("\\S{1,256}");

  public CampaignId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "id: " + value.length() + " characters (expected: 1 to 256 without white space)");
    }
  }

  /** Whether {@code value} may be a campaign's id. */
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
