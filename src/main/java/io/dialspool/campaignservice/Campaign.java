package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignState;
import java.util.UUID;

/** A campaign that exists. Its owner's thread alone. */
final class Campaign {
  private final UUID id;
  private final long ordinal;
  private final ObjectNode description;
  private final Dialer dialer;
  private CampaignState state;
  private long nextSequence;

  /**
   * @param ordinal counts campaigns in order of creation, from 1
   * @param description the contract's {@code Campaign} structure
   * @param nextSequence of the next dial request, counted from 1
   */
  Campaign(
      UUID id,
      long ordinal,
      ObjectNode description,
      CampaignState state,
      Dialer dialer,
      long nextSequence) {
    this.id = id;
    this.ordinal = ordinal;
    this.description = description;
    this.state = state;
    this.dialer = dialer;
    this.nextSequence = nextSequence;
  }

  UUID id() {
    return id;
  }

  long ordinal() {
    return ordinal;
  }

  ObjectNode description() {
    return description;
  }

  String name() {
    return description.path("name").textValue();
  }

  String instanceId() {
    return description.path("connectInstanceId").textValue();
  }

  Dialer dialer() {
    return dialer;
  }

  CampaignState state() {
    return state;
  }

  void moveTo(CampaignState next) {
    state = next;
  }

  boolean isRunning() {
    return state == CampaignState.RUNNING;
  }

  /** Whether it counts against the quota of active campaigns. Source: contract section 9. */
  boolean isActive() {
    return switch (state) {
      case INITIALIZED, RUNNING, PAUSED -> true;
      case STOPPED, FAILED, COMPLETED -> false;
    };
  }

  /** Dial requests taken so far. */
  long taken() {
    return nextSequence - 1;
  }

  long takeSequence() {
    return nextSequence++;
  }
}
