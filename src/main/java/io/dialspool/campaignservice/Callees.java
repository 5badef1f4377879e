package io.dialspool.campaignservice;

import java.util.SplittableRandom;

/**
 * The people whom a campaign calls. What one of them does is drawn from the seed, the campaign and
 * the dial request's number alone, so it is the same whenever and in whatever order they are
 * called.
 */
final class Callees {
  private static final int TALK_MAX = 10; // times the average

  private final long seed;

  Callees(long seed, long ordinal) {
    this.seed = new SplittableRandom(seed * 1_000_003 + ordinal).nextLong();
  }

  /** Calls one. The line is free again when the contact has ended. */
  Contact call(long sequence, long nowMs, Pace pace) {
    var habits = new SplittableRandom(seed + sequence);
    boolean answers = habits.nextDouble() < pace.answerRate();
    long rangUntilMs = nowMs + Math.round(pace.ringMs() * (0.5 + habits.nextDouble()));
    // Many short talks and a few long ones, talkMs on average: two exponential parts.
    double talk = -(Math.log(1 - habits.nextDouble()) + Math.log(1 - habits.nextDouble())) / 2;
    double why = habits.nextDouble();
    if (!answers) {
      return new Contact(sequence, nowMs, Contact.NEVER, rangUntilMs, whyNot(why));
    }
    long talkMs = Math.round(pace.talkMs() * Math.min(talk, TALK_MAX));
    DisconnectReason reason = pace.agentless() ? whyFlowEnded(why) : whyTalkEnded(why);
    return new Contact(sequence, nowMs, rangUntilMs, rangUntilMs + talkMs, reason);
  }

  /** All lines of the network are taken: it gets a fast busy. */
  static Contact fastBusy(long sequence, long nowMs) {
    return new Contact(
        sequence, nowMs, Contact.NEVER, nowMs, DisconnectReason.OUTBOUND_RESOURCE_ERROR);
  }

  // No source tells the mix; these are the usual orders of magnitude.
  private static DisconnectReason whyNot(double why) {
    if (why < 0.93) {
      return DisconnectReason.OUTBOUND_ATTEMPT_FAILED;
    }
    return why < 0.97
        ? DisconnectReason.TELECOM_PROBLEM
        : DisconnectReason.OUTBOUND_DESTINATION_ENDPOINT_ERROR;
  }

  private static DisconnectReason whyTalkEnded(double why) {
    if (why < 0.60) {
      return DisconnectReason.CUSTOMER_DISCONNECT;
    }
    if (why < 0.95) {
      return DisconnectReason.AGENT_DISCONNECT;
    }
    return why < 0.98
        ? DisconnectReason.CONTACT_FLOW_DISCONNECT
        : DisconnectReason.THIRD_PARTY_DISCONNECT;
  }

  private static DisconnectReason whyFlowEnded(double why) {
    return why < 0.55
        ? DisconnectReason.CONTACT_FLOW_DISCONNECT
        : DisconnectReason.CUSTOMER_DISCONNECT;
  }
}
