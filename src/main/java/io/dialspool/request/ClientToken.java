package io.dialspool.request;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A dial request's identity within its campaign. Source: contract section 3; we refuse the empty
 * token that the pattern there lets through.
 *
 * @param value 1 to 200 characters of {@code a-z A-Z 0-9 _ - .}
 */
public record ClientToken(String value) {
  public static final int CHARS_MAX = 200;

  /**
   * How long a resend under the same token is safe, from the first send on: the target remembers a
   * token for 7 days (contract section 8); an hour of that is ours for safety.
   */
  public static final long LIFE_MS = Duration.ofDays(7).minusHours(1).toMillis();

  private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9_\\-.]{1,200}");

  public ClientToken {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "clientToken: " + value.length() + " characters (expected: " + FORM + ")");
    }
  }

  /** Whether {@code value} may be a clientToken. */
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
