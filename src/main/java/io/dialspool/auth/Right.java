package io.dialspool.auth;

import java.util.Locale;

/** What a key may do. None contains another. */
public enum Right {
  /** Hand in dial requests. */
  SUBMIT,
  /** Look at campaigns, dial requests, counts and metrics. */
  READ,
  /** Change something: campaigns, tags, onboarding, recalls, redrives, faults. */
  CONTROL;

  /** As the key file writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
