package io.dialspool.simulation;

import java.util.Locale;

/** What is checked, each by a ledger of its own. */
public enum Checker {
  /**
   * Every lane's counts add up at every step, agree with what was acknowledged, and after each
   * crash and at the end with a recount of pages and settled parts.
   */
  CONSERVATION,
  /** The target accepted each lead under one id at most; no token went out with other content. */
  ONE_ACCEPTANCE,
  /**
   * Nothing was sent at or after its deadline, or with an expiration outside 30 to 900 s, all on
   * the target's clock; and nothing expired before its time while our clock was right.
   */
  DEADLINE,
  /** Nothing was sent through a closed gate. */
  GATE,
  /** What was acknowledged has one outcome, and the target's record agrees with it. */
  OUTCOME,
  /** Once faults have ended, everything reaches its end within a bound of virtual time. */
  DRAIN,
  /** Never more calls to a target than its configured rate admits, over any window. */
  CALL_BUDGET,
  /** The lanes of a target take turns; {@link FairnessLedger} defines it. */
  FAIRNESS,
  /**
   * A request goes to the target that its campaign had when it was accepted; a start that would
   * send it elsewhere is refused.
   */
  TARGET,
  /** A request whose recall was answered CANCELLED is never sent, and ends so. */
  RECALL,
  /**
   * A dead letter becomes one new request at most, and those in doubt only when they are asked for.
   */
  REDRIVE,
  /** The feed tells every outcome once, over all lives, and nothing else. */
  FEED,
  /** A repeat is answered with the first one's id; other content under its token is refused. */
  DUPLICATE,
  /** No stage threw: a broken promise that the code itself noticed. */
  PROMISE;

  /** As it is printed: {@code call-budget}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
