package io.dialspool.crashtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Proof that the judge judges: every way to lose or to double a request, planted and found. */
class JudgeTest {
  private static final long SENT_MS = 1_000_000;
  private static final long HOURS_MS = 4 * 3_600_000;
  private static final long SHORT_MS = 50_000;
  private static final long DIALLED_WITHIN_MS = 40_000;

  /** A minute after everything was sent. */
  private static final long NOW_MS = SENT_MS + 60_000;

  private final Ledger ledger = new Ledger();
  private final Judge judge = new Judge(ledger);
  private long accepted;
  private long submitted;

  @Test
  void shouldFindNothingWhereEveryEndIsItsDue() {
    delivered("t-1");
    lead("late", SHORT_MS);
    acknowledged("late");
    ended("late", "EXPIRED", "");
    lead("recalled", HOURS_MS);
    acknowledged("recalled");
    ledger.recalling("recalled");
    ledger.cancelled("recalled");
    ended("recalled", "CANCELLED", "");
    lead("doubtful", SHORT_MS);
    acknowledged("doubtful");
    dialled("doubtful", 1);
    ended("doubtful", "UNDELIVERABLE", "IN_DOUBT");

    Verdict verdict = verdict();

    assertEquals(List.of(), verdict.findings());
    assertEquals(4, verdict.acknowledged());
    assertEquals(1, verdict.delivered());
    assertEquals(1, verdict.expired());
    assertEquals(1, verdict.cancelled());
    assertEquals(1, verdict.undeliverable());
    assertEquals(1, verdict.inDoubt());
    assertEquals(0, verdict.lost());
    assertEquals(0, verdict.dialledTwice());
    assertEquals(2, verdict.recorded());
  }

  @Test
  void shouldFindALossInWhatTheServiceNoLongerKnows() {
    lead("t-1", HOURS_MS);
    ledger.acknowledged("t-1", "ds-1-1");
    judge.ended("t-1", Judge.Ending.UNKNOWN);

    expectLost("t-1, acknowledged: unknown to the service");
  }

  @Test
  void shouldFindALossInWhatIsSubmittedByTheServiceAloneNotByTheRecord() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "SUBMITTED", "");

    expectLost("t-1, acknowledged: SUBMITTED and not in the record");
  }

  @Test
  void shouldFindALossInWhatNeverEnds() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "QUEUED", "");

    expectLost("t-1, acknowledged: not ended: QUEUED");
  }

  @Test
  void shouldFindALossInWhatExpiresLongBeforeItsDeadline() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "EXPIRED", "");

    expectLost("t-1, acknowledged: EXPIRED long before its deadline");
  }

  @Test
  void shouldFindALossInWhatIsCancelledThoughNobodyRecalledIt() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "CANCELLED", "");

    expectLost("t-1, acknowledged: CANCELLED, which nobody asked for");
  }

  @Test
  void shouldFindALossInWhatIsInDoubtLongBeforeItsDeadline() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "UNDELIVERABLE", "IN_DOUBT");

    expectLost("t-1, acknowledged: in doubt long before its deadline");
  }

  @Test
  void shouldFindALossInWhatIsGivenUp() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "UNDELIVERABLE", "ATTEMPTS_EXHAUSTED");

    expectLost("t-1, acknowledged: UNDELIVERABLE, ATTEMPTS_EXHAUSTED");
  }

  @Test
  void shouldFindALossAmongThoseThatAreNotAskedAbout() {
    Lead lead = new Lead("c-1", "w-1", 12_065_550_100L, HOURS_MS);
    ledger.sendingMany(List.of(lead), SENT_MS);
    acknowledged("w-1");
    submitted++;

    expectLost("w-1, acknowledged: SUBMITTED and not in the record");
  }

  @Test
  void shouldFindATokenThatWasDialledUnderTwoIds() {
    delivered("t-1");
    judge.dialled(line("c-1", "t-1", "other-id", phoneNumber("t-1"), 1));

    Verdict verdict = verdict();

    assertEquals(1, verdict.dialledTwice());
    assertEquals(List.of("t-1 was dialled twice"), verdict.findings());
  }

  @Test
  void shouldFindANumberThatWasDialledUnderTwoTokens() {
    delivered("t-1");
    lead("t-2", HOURS_MS);
    acknowledged("t-2");
    judge.dialled(line("c-1", "t-2", "target-t-2", phoneNumber("t-1"), 1));
    ended("t-2", "SUBMITTED", "");

    Verdict verdict = verdict();

    assertEquals(1, verdict.dialledTwice());
    assertEquals(
        List.of("t-2 was dialled at another number", "t-2 was dialled twice"), verdict.findings());
  }

  @Test
  void shouldFindWhatWasDialledAfterItHadEndedOtherwise() {
    lead("expired", SHORT_MS);
    acknowledged("expired");
    dialled("expired", 1);
    ended("expired", "EXPIRED", "");
    lead("recalled", HOURS_MS);
    acknowledged("recalled");
    ledger.recalling("recalled");
    ledger.cancelled("recalled");
    dialled("recalled", 1);
    ended("recalled", "CANCELLED", "");

    assertEquals(
        List.of(
            "expired, acknowledged: EXPIRED and yet dialled",
            "recalled, acknowledged: CANCELLED and yet dialled"),
        verdict().findings().stream().sorted().toList());
  }

  @Test
  void shouldFindALossInWhatIsRejectedThoughNothingIsWrongWithIt() {
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "REJECTED", "");

    expectLost("t-1, acknowledged: REJECTED, and nothing is wrong with it");
  }

  @Test
  void shouldFindWhatWasDialledAndThenRejectedGivenUpOrForgotten() {
    for (String token : List.of("t-1", "t-2", "t-3")) {
      lead(token, HOURS_MS);
      dialled(token, 1);
    }
    acknowledged("t-1");
    ended("t-1", "REJECTED", "");
    acknowledged("t-2");
    ended("t-2", "UNDELIVERABLE", "CAMPAIGN_STOPPED");
    ledger.acknowledged("t-3", null);
    judge.ended("t-3", Judge.Ending.UNKNOWN);

    assertEquals(
        List.of(
            "t-1, acknowledged: REJECTED and yet dialled",
            "t-2, acknowledged: UNDELIVERABLE and yet dialled",
            "t-3, acknowledged: dialled, and unknown to the service"),
        verdict().findings().stream().sorted().toList());
  }

  @Test
  void shouldFindWhatMayBeDialledPastItsDeadline() {
    lead("t-1", SHORT_MS);
    acknowledged("t-1");
    ended("t-1", "SUBMITTED", "");
    judge.dialled(
        new Judge.Dialled(
            "c-1", "t-1", "target-t-1", phoneNumber("t-1"), SENT_MS, SENT_MS + SHORT_MS + 1, 1));

    assertEquals(List.of("t-1 may be dialled past its deadline"), verdict().findings());
  }

  @Test
  void shouldTakeTheLatestOfTheDeadlinesThatATokenWasSentWith() {
    lead("t-1", SHORT_MS);
    lead("t-1", HOURS_MS);
    acknowledged("t-1");
    ended("t-1", "SUBMITTED", "");
    judge.dialled(
        new Judge.Dialled(
            "c-1", "t-1", "target-t-1", phoneNumber("t-1"), SENT_MS, SENT_MS + 300_000, 1));

    assertEquals(List.of(), verdict().findings());
  }

  @Test
  void shouldFindWhatIsGivenTooLittleOrTooMuchTimeToBeDialled() {
    for (String token : List.of("t-1", "t-2")) {
      lead(token, HOURS_MS);
      acknowledged(token);
      ended(token, "SUBMITTED", "");
    }
    judge.dialled(
        new Judge.Dialled(
            "c-1", "t-1", "target-t-1", phoneNumber("t-1"), SENT_MS, SENT_MS + 29_999, 1));
    judge.dialled(
        new Judge.Dialled(
            "c-1", "t-2", "target-t-2", phoneNumber("t-2"), SENT_MS, SENT_MS + 900_001, 1));

    assertEquals(
        List.of("t-1 was given 29999 ms to be dialled", "t-2 was given 900001 ms to be dialled"),
        verdict().findings());
  }

  @Test
  void shouldFindWhatWasAnsweredCancelledAndThenDialled() {
    delivered("t-1");
    ledger.recalling("t-1");
    ledger.cancelled("t-1");

    assertEquals(List.of("t-1 was answered CANCELLED and is SUBMITTED"), verdict().findings());
  }

  @Test
  void shouldFindWhatNobodyAskedFor() {
    judge.dialled(line("c-1", "stranger", "id", "+12065550100", 1));
    delivered("t-1");
    judge.dialled(line("c-2", "t-1", "id-2", phoneNumber("t-1"), 1));

    assertEquals(
        List.of(
            "stranger was dialled for c-1, which nobody asked for",
            "t-1 was dialled for c-2, which nobody asked for"),
        verdict().findings());
  }

  @Test
  void shouldFindIdsThatContradictEachOther() {
    lead("t-1", HOURS_MS);
    ledger.acknowledged("t-1", "ds-1-7");
    accepted++;
    dialled("t-1", 1);
    judge.ended("t-1", new Judge.Ending("SUBMITTED", "", "ds-1-8", "target-t-1"));
    lead("t-2", HOURS_MS);
    acknowledged("t-2");
    dialled("t-2", 1);
    judge.ended("t-2", new Judge.Ending("SUBMITTED", "", "", "another"));
    submitted = 2;

    assertEquals(
        List.of(
            "t-1 was acknowledged as ds-1-7 and is ds-1-8",
            "t-2, acknowledged: SUBMITTED under another id than the record's"),
        verdict().findings().stream().sorted().toList());
  }

  @Test
  void shouldFindWhatIsSentAgainAfterACleanStop() {
    delivered("t-1");
    judge.finishedBefore("t-2", 1);
    lead("t-2", HOURS_MS);
    acknowledged("t-2");
    dialled("t-2", 2);
    ended("t-2", "SUBMITTED", "");

    assertEquals(List.of("t-2 was sent again after a clean stop"), verdict().findings());
  }

  @Test
  void shouldTakeEitherEndOfWhatWasNeverAnswered() {
    lead("taken", HOURS_MS);
    accepted++;
    dialled("taken", 1);
    ended("taken", "SUBMITTED", "");
    lead("not-taken", HOURS_MS);
    judge.ended("not-taken", Judge.Ending.UNKNOWN);

    Verdict verdict = verdict();

    assertEquals(List.of(), verdict.findings());
    assertEquals(2, verdict.unanswered());
    assertEquals(1, verdict.unansweredTaken());
    assertEquals(0, verdict.acknowledged());
  }

  @Test
  void shouldFindWhatWasNeverAnsweredAndDialledAllTheSame() {
    lead("t-1", HOURS_MS);
    dialled("t-1", 1);
    judge.ended("t-1", Judge.Ending.UNKNOWN);

    assertEquals(
        List.of("t-1, never acknowledged: dialled, and unknown to the service"),
        verdict().findings());
  }

  @Test
  void shouldFindCountsThatDiffer() {
    delivered("t-1");

    Verdict verdict = judge.verdict(new Judge.Totals(2, 0, 3, false), NOW_MS);

    assertEquals(
        List.of(
            "the service's counts don't add up",
            "3 requests have not ended",
            "the service counts 2 accepted, the ledger 1",
            "the service counts 0 submitted, the ledger 1"),
        verdict.findings());
  }

  @Test
  void shouldCountAllFindingsAndTellTheFirst() {
    for (int i = 0; i < 80; i++) {
      judge.dialled(line("c-1", "stranger-" + i, "id", "+1206555010" + i, 1));
    }

    Verdict verdict = verdict();

    assertEquals(50, verdict.findings().size());
    assertEquals(80, verdict.findingsAll());
  }

  // --- planting

  private void expectLost(String finding) {
    Verdict verdict = verdict();
    assertEquals(1, verdict.lost());
    assertEquals(List.of(finding), verdict.findings());
  }

  private Verdict verdict() {
    return judge.verdict(new Judge.Totals(accepted, submitted, 0, true), NOW_MS);
  }

  private void delivered(String token) {
    lead(token, HOURS_MS);
    acknowledged(token);
    dialled(token, 1);
    ended(token, "SUBMITTED", "");
  }

  private void lead(String token, long lifetimeMs) {
    long number = Long.parseLong(phoneNumber(token).substring(1));
    ledger.sending(List.of(new Lead("c-1", token, number, lifetimeMs)), SENT_MS);
  }

  private void acknowledged(String token) {
    ledger.acknowledged(token, "ds-" + token);
    accepted++;
  }

  private void dialled(String token, int times) {
    judge.dialled(line("c-1", token, "target-" + token, phoneNumber(token), times));
  }

  /** Dialled as soon as it was sent, and given the time that it is due. */
  private static Judge.Dialled line(
      String campaign, String token, String id, String phoneNumber, int times) {
    return new Judge.Dialled(
        campaign, token, id, phoneNumber, SENT_MS, SENT_MS + DIALLED_WITHIN_MS, times);
  }

  private void ended(String token, String state, String reason) {
    boolean sent = state.equals("SUBMITTED");
    if (sent) {
      submitted++;
    }
    judge.ended(
        token, new Judge.Ending(state, reason, "ds-" + token, sent ? "target-" + token : ""));
  }

  private static String phoneNumber(String token) {
    return "+1206" + (2_000_000 + Math.floorMod(token.hashCode(), 7_000_000));
  }
}
