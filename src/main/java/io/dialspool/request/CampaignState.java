package io.dialspool.request;

import java.util.Optional;

/**
 * Source: contract section 3, {@code CampaignState}, and v2's section A5; spelled on the wire as
 * {@link #wire}.
 */
public enum CampaignState {
  INITIALIZED("Initialized"),
  RUNNING("Running"),
  PAUSED("Paused"),
  STOPPED("Stopped"),
  FAILED("Failed"),
  /** Only version 2 of the API has it: the list is worked off, or the schedule is over. */
  COMPLETED("Completed");

  private final String wire;

  CampaignState(String wire) {
    this.wire = wire;
  }

  /** As the API spells it. */
  public String wire() {
    return wire;
  }

  /**
   * The state spelled {@code wire}; empty for a value that this version of the API doesn't know.
   */
  public static Optional<CampaignState> ofWire(String wire) {
    for (CampaignState state : values()) {
      if (state.wire.equals(wire)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
