package io.dialspool.intake;

import io.dialspool.http.ApiError;

/** Whether requests of a campaign are accepted at all. Source: design section 4. */
public sealed interface Admission {
  record Admitted() implements Admission {
    public static final Admitted INSTANCE = new Admitted();
  }

  /** Unknown campaign, stopped or failed, or a target that can't be asked. */
  record Refused(ApiError error) implements Admission {}
}
