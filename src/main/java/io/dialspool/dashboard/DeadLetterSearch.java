package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.intake.Backstage;
import io.dialspool.intake.Views;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Evidence;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks a campaign's dead letters through for those that fit, a bounded way at a time: an answer
 * says how many it looked at and where another goes on. The filter is a redrive's.
 */
final class DeadLetterSearch {
  static final int FOUND_MAX = 100;
  static final int LOOKED_MAX = 10_000;
  private static final int PAGE = 500;
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,18}-\\d{1,9})?");
  private static final ApiError NO_LANE =
      ApiError.notFound("No dial request of this campaign was ever accepted.");
  private static final ApiError BUSY = ApiError.throttled("Too many look-ups are waiting.", 1);

  private final Backstage desk;
  private final HttpCall call;
  private final CampaignId campaign;
  private final RedriveOrder filter;
  private final String text;
  private final boolean reveals;

  // One page is under way at a time, so the fields pass from thread to thread with it.
  private final ArrayNode found = JsonNodeFactory.instance.arrayNode();
  private String after;
  private long through;
  private int looked;

  private DeadLetterSearch(
      Backstage desk, HttpCall call, CampaignId campaign, RedriveOrder filter, boolean reveals) {
    this.desk = desk;
    this.call = call;
    this.campaign = campaign;
    this.filter = filter;
    this.after = filter.after();
    this.text = orEmpty(call.query("clientToken"));
    this.reveals = reveals;
  }

  /**
   * @param reveals whether the caller may see whole phone numbers
   */
  static void run(Backstage desk, HttpCall call, CampaignId campaign, boolean reveals) {
    RedriveOrder filter;
    try {
      filter = filter(call);
    } catch (IllegalArgumentException e) {
      call.answer(ApiError.validation(String.valueOf(e.getMessage())));
      return;
    }
    new DeadLetterSearch(desk, call, campaign, filter, reveals).look();
  }

  private static RedriveOrder filter(HttpCall call) {
    String after = orEmpty(call.query("after"));
    if (!CURSOR.matcher(after).matches()) {
      throw new IllegalArgumentException("after: not a cursor (expected: the next of an answer)");
    }
    RequestState state =
        choice(
            call,
            "state",
            List.of(RequestState.REJECTED, RequestState.EXPIRED, RequestState.UNDELIVERABLE));
    Reason reason = choice(call, "reason", List.of(Reason.values()));
    return new RedriveOrder(
        state,
        reason,
        time(call, "settledAfter", Long.MIN_VALUE),
        time(call, "settledBefore", Long.MAX_VALUE),
        List.of(),
        true,
        Long.MAX_VALUE,
        true,
        after);
  }

  private static <T> @Nullable T choice(HttpCall call, String name, List<T> choices) {
    String text = orEmpty(call.query(name));
    if (text.isEmpty()) {
      return null;
    }
    return choices.stream()
        .filter(one -> one.toString().equals(text))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    name + ": not known (expected: one of " + choices + ")"));
  }

  private static long time(HttpCall call, String name, long orElse) {
    String text = orEmpty(call.query(name));
    try {
      return text.isEmpty() ? orElse : Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException(
          name + ": not a time (expected: one such as 2026-11-21T18:00:00Z)", e);
    }
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private void look() {
    desk.outcomes(campaign, new OutcomeQuery(true, after, through, PAGE), this::take);
  }

  private void take(OutcomePage page) {
    if (page.found() != OutcomePage.Found.READ) {
      call.answer(page.found() == OutcomePage.Found.BUSY ? BUSY : NO_LANE);
      return;
    }
    through = page.through();
    for (Outcome outcome : page.outcomes()) {
      after = outcome.cursor();
      looked++;
      if (fits(outcome)) {
        found.add(json(outcome));
        if (found.size() == FOUND_MAX) {
          answer(false);
          return;
        }
      }
    }
    after = page.next();
    if (page.atEnd() || looked >= LOOKED_MAX) {
      answer(page.atEnd());
    } else {
      look();
    }
  }

  private boolean fits(Outcome outcome) {
    return filter.matches(outcome.state(), outcome.reason(), outcome.settledAtMs())
        && outcome.clientToken().value().contains(text);
  }

  private void answer(boolean atEnd) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("looked", looked);
    json.set("deadLetters", found);
    if (!atEnd) {
      json.put("next", after);
    }
    call.answer(HttpAnswer.json((Object) json));
  }

  private ObjectNode json(Outcome outcome) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", outcome.id().toString())
            .put("clientToken", outcome.clientToken().value())
            .put("state", outcome.state().name())
            .put(
                "phoneNumber",
                reveals ? outcome.phoneNumber() : RequestStatus.masked(outcome.phoneNumber()))
            .put("attempts", outcome.attempts())
            .put("acceptedAt", Views.time(outcome.acceptedAtMs()))
            .put("settledAt", Views.time(outcome.settledAtMs()));
    if (outcome.reason() != Reason.NONE) {
      json.put("reason", outcome.reason().name());
    }
    Evidence evidence = outcome.evidence();
    if (evidence != null && evidence.lastFailure() != null) {
      json.put("lastFailure", evidence.lastFailure());
    }
    if (outcome.redrivenAs() != null) {
      json.put("redrivenAs", outcome.redrivenAs().toString());
    }
    return json;
  }
}
