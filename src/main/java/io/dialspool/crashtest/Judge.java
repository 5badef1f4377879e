package io.dialspool.crashtest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares three books once everything has ended: the outside ledger, the campaign service's record
 * of what was dialled, and what the service itself says of each token. None is believed without the
 * other two. One thread.
 */
final class Judge {
  private static final int FINDINGS_MAX = 50;

  /** The service never gives the target less, so a request ends so long before its deadline. */
  private static final long GIVEN_UP_MS = 35_000;

  /** What the target may be given: {@code expirationTime} after the moment of the call. */
  private static final long AHEAD_MS_MIN = 30_000;

  private static final long AHEAD_MS_MAX = 900_000;

  /**
   * A line of the record.
   *
   * @param receivedAtMs when it came for the first time; wall clock
   * @param expirationMs what it came with then; wall clock
   * @param times how often its token came
   */
  record Dialled(
      String campaignId,
      String token,
      String id,
      String phoneNumber,
      long receivedAtMs,
      long expirationMs,
      int times) {}

  /**
   * What the service says of a token.
   *
   * @param state empty if it doesn't know the token
   * @param targetId the id in the record, where it was told one
   */
  record Ending(String state, String reason, String id, String targetId) {
    static final Ending UNKNOWN = new Ending("", "", "", "");

    /** For one of very many that isn't asked about: it must have gone the way of all of them. */
    static final Ending PRESUMED = new Ending("SUBMITTED", "", "", "");
  }

  /** Counts of the service over all campaigns. */
  record Totals(long accepted, long submitted, long unsettled, boolean conserved) {}

  private record Taken(String id, int times) {}

  private final Ledger ledger;
  private final Map<String, Taken> record = new HashMap<>();
  private final Set<String> phoneNumbers = new HashSet<>();
  private final Map<String, Ending> endings = new HashMap<>();
  private final Map<String, Integer> finished = new HashMap<>();
  private final List<String> findings = new ArrayList<>();
  private long findingsAll;
  private long recorded;
  private long twice;
  private long delivered;
  private long expired;
  private long cancelled;
  private long undeliverable;
  private long inDoubt;
  private long lost;
  private long unanswered;
  private long unansweredTaken;
  private long submitted;

  Judge(Ledger ledger) {
    this.ledger = ledger;
  }

  /** This one's call was over when the service stopped cleanly: it must not be sent again. */
  void finishedBefore(String token, int times) {
    finished.put(token, times);
  }

  /** Each line of the record. */
  void dialled(Dialled line) {
    recorded++;
    String token = line.token();
    Ledger.Entry entry = ledger.entry(token);
    if (entry == null || !entry.lead().campaignId().equals(line.campaignId())) {
      find(token + " was dialled for " + line.campaignId() + ", which nobody asked for");
      return;
    }
    if (!entry.lead().phoneNumber().equals(line.phoneNumber())) {
      find(token + " was dialled at another number");
    }
    boolean again = record.putIfAbsent(token, new Taken(line.id(), line.times())) != null;
    if (!phoneNumbers.add(line.phoneNumber()) || again) {
      twice++;
      find(token + " was dialled twice");
    }
    if (line.expirationMs() > entry.lastDeadlineMs()) {
      find(token + " may be dialled past its deadline");
    }
    long aheadMs = line.expirationMs() - line.receivedAtMs();
    if (aheadMs < AHEAD_MS_MIN || aheadMs > AHEAD_MS_MAX) {
      find(token + " was given " + aheadMs + " ms to be dialled");
    }
    if (line.times() > finished.getOrDefault(token, Integer.MAX_VALUE)) {
      find(token + " was sent again after a clean stop");
    }
  }

  /** What the service says of each token; not of the sampled ones, unless it was asked. */
  void ended(String token, Ending ending) {
    endings.put(token, ending);
  }

  /**
   * @param nowMs wall clock, after everything has ended
   */
  Verdict verdict(Totals totals, long nowMs) {
    for (Ledger.Entry entry : ledger.entries()) {
      judge(entry, nowMs);
    }
    long acknowledged = ledger.acknowledged();
    if (!totals.conserved()) {
      find("the service's counts don't add up");
    }
    if (totals.unsettled() != 0) {
      find(totals.unsettled() + " requests have not ended");
    }
    expect("accepted", acknowledged + unansweredTaken - missing, totals.accepted());
    expect("submitted", submitted, totals.submitted());
    long repeated = record.values().stream().filter(taken -> taken.times() > 1).count();
    return new Verdict(
        acknowledged,
        delivered,
        expired,
        cancelled,
        undeliverable,
        inDoubt,
        lost,
        twice,
        unanswered,
        unansweredTaken,
        recorded,
        repeated,
        findings,
        findingsAll);
  }

  /** Acknowledged and unknown to the service: it can't have counted them. */
  private long missing;

  private void expect(String what, long ours, long theirs) {
    if (ours != theirs) {
      find("the service counts " + theirs + " " + what + ", the ledger " + ours);
    }
  }

  private void judge(Ledger.Entry entry, long nowMs) {
    String token = entry.lead().token();
    Taken taken = record.get(token);
    Ending ending =
        endings.getOrDefault(token, entry.isSampled() ? Ending.PRESUMED : Ending.UNKNOWN);
    String fault = fault(entry, ending, taken, nowMs);
    if (fault == null && entry.isCancelled() && !ending.state().equals("CANCELLED")) {
      find(token + " was answered CANCELLED and is " + ending.state());
    }
    if (entry.id() != null && !ending.id().isEmpty() && !entry.id().equals(ending.id())) {
      find(token + " was acknowledged as " + entry.id() + " and is " + ending.id());
    }
    if (ending.state().equals("SUBMITTED")) {
      submitted++;
    }
    if (!entry.isAcknowledged()) {
      unanswered++;
      if (!ending.state().isEmpty()) {
        unansweredTaken++;
      }
      if (fault != null && !(ending.state().isEmpty() && taken == null)) {
        find(token + ", never acknowledged: " + fault);
      }
      return;
    }
    if (ending.state().isEmpty()) {
      missing++;
    }
    if (fault != null) {
      lost++;
      find(token + ", acknowledged: " + fault);
    } else {
      count(ending);
    }
  }

  private void count(Ending ending) {
    switch (ending.state()) {
      case "SUBMITTED" -> delivered++;
      case "EXPIRED" -> expired++;
      case "CANCELLED" -> cancelled++;
      default -> {
        undeliverable++;
        if (isInDoubt(ending)) {
          inDoubt++;
        }
      }
    }
  }

  private static boolean isInDoubt(Ending ending) {
    return ending.state().equals("UNDELIVERABLE") && ending.reason().equals("IN_DOUBT");
  }

  /** Why this isn't an end that is its due; null if it is. */
  private static @Nullable String fault(
      Ledger.Entry entry, Ending ending, @Nullable Taken taken, long nowMs) {
    boolean timeIsUp = nowMs >= entry.firstDeadlineMs() - GIVEN_UP_MS;
    String dialled = taken == null ? null : ending.state() + " and yet dialled";
    return switch (ending.state()) {
      case "SUBMITTED" -> {
        if (taken == null) {
          yield "SUBMITTED and not in the record";
        }
        boolean same = ending.targetId().isEmpty() || ending.targetId().equals(taken.id());
        yield same ? null : "SUBMITTED under another id than the record's";
      }
      case "EXPIRED" ->
          dialled != null ? dialled : timeIsUp ? null : "EXPIRED long before its deadline";
      case "CANCELLED" ->
          dialled != null
              ? dialled
              : entry.isRecallAsked() ? null : "CANCELLED, which nobody asked for";
      // Nothing that we send is wrong, and the target is not told to find it so.
      case "REJECTED" -> dialled != null ? dialled : "REJECTED, and nothing is wrong with it";
      case "UNDELIVERABLE" ->
          isInDoubt(ending)
              ? timeIsUp ? null : "in doubt long before its deadline"
              : dialled != null ? dialled : "UNDELIVERABLE, " + ending.reason();
      case "" -> taken == null ? "unknown to the service" : "dialled, and unknown to the service";
      default -> "not ended: " + ending.state();
    };
  }

  private void find(String what) {
    findingsAll++;
    if (findings.size() < FINDINGS_MAX) {
      findings.add(what);
    }
  }
}
