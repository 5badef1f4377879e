package io.dialspool.crashtest;

import java.util.List;

/**
 * What the judge found. {@code acknowledged = delivered + expired + cancelled + undeliverable +
 * lost}.
 *
 * @param acknowledged distinct tokens that the service said it has
 * @param delivered of these, told SUBMITTED and in the campaign service's record
 * @param undeliverable of these, those in doubt included
 * @param inDoubt of these, perhaps dialled: a person decides
 * @param lost acknowledged, and neither delivered nor ended in a way that is its due
 * @param dialledTwice tokens or phone numbers that the record has under two ids
 * @param unanswered tokens sent and never acknowledged
 * @param unansweredTaken of these, those that the service has after all
 * @param recorded dial requests in the record
 * @param repeated of these, sent more than once under their token: a call's answer was lost
 * @param findings what is wrong, in words; the first of them
 * @param findingsAll how many there are
 */
record Verdict(
    long acknowledged,
    long delivered,
    long expired,
    long cancelled,
    long undeliverable,
    long inDoubt,
    long lost,
    long dialledTwice,
    long unanswered,
    long unansweredTaken,
    long recorded,
    long repeated,
    List<String> findings,
    long findingsAll) {
  Verdict {
    findings = List.copyOf(findings);
  }
}
