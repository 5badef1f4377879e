package io.dialspool.crashtest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** How a process is ended. */
enum Kill {
  UNDER_LOAD("underLoad", "SIGKILL under load", 4),
  STARTING("starting", "SIGKILL during recovery", 2),
  PAUSED("paused", "SIGKILL with a campaign paused", 2),
  DRAINING("draining", "SIGKILL during the drain after SIGTERM", 1),
  STOPPED("stopped", "SIGTERM under load, left to end by itself", 1),
  /** After the cycles, while what had waited leaves. */
  DELIVERING("delivering", "SIGKILL while what had waited for a paused campaign leaves", 0),
  /** Beside the one of the cycle. */
  TARGET("campaignService", "SIGKILL of the campaign service", 0),
  /** Beside the one of the cycle. */
  REPLAY("replay", "SIGKILL of a replay", 0);

  private final String member;
  private final String label;
  private final int cardsOfTen;

  Kill(String member, String label, int cardsOfTen) {
    this.member = member;
    this.label = label;
    this.cardsOfTen = cardsOfTen;
  }

  /** Its name in the JSON. */
  String member() {
    return member;
  }

  String label() {
    return label;
  }

  /**
   * Deals the kinds of the cycles. Of any ten, the first five are one of each, so that a short run
   * has them all.
   */
  static final class Deck {
    private final Deque<Kill> cards = new ArrayDeque<>();
    private final RandomGenerator random;

    Deck(RandomGenerator random) {
      this.random = random;
    }

    Kill next() {
      if (cards.isEmpty()) {
        var first = new ArrayList<Kill>();
        var rest = new ArrayList<Kill>();
        for (Kill kill : values()) {
          if (kill.cardsOfTen > 0) {
            first.add(kill);
            rest.addAll(Collections.nCopies(kill.cardsOfTen - 1, kill));
          }
        }
        shuffle(first);
        shuffle(rest);
        cards.addAll(first);
        cards.addAll(rest);
      }
      return cards.removeFirst();
    }

    private void shuffle(List<Kill> some) {
      Collections.shuffle(some, new Random(random.nextLong()));
    }
  }
}
