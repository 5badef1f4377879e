package io.dialspool.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dialspool.http.AnswerStream;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.RequestStatus;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes a campaign's feed or its dead letters as NDJSON, a page at a time: the next is read when
 * the socket has taken the last, so a slow reader costs one page and holds up nobody. Without
 * {@code follow} it ends where the feed ended when it began; with it, it looks again a few times a
 * second, and an empty line now and then tells a connection that has gone. Source: api.md.
 */
final class FeedStream {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int PAGE = 500;
  private static final long LOOK_AGAIN_MS = 200;
  private static final long LOOK_AGAIN_BUSY_MS = 1_000;
  private static final int LOOKS_UNTIL_EMPTY_LINE = 25;
  private static final byte[] EMPTY_LINE = {'\n'};

  /**
   * @param after where to begin; empty for the oldest that is kept
   * @param limit lines at most
   * @param reveals whether the caller may see numbers and attributes
   */
  record Wanted(
      CampaignId campaign,
      boolean deadLetters,
      String after,
      long limit,
      boolean follow,
      boolean reveals) {}

  private final Intake intake;
  private final EventLoop loop;
  private final HttpCall call;
  private final Wanted wanted;

  // One step is under way at a time, so the fields pass from thread to thread with it.
  private @Nullable AnswerStream stream;
  private String after;
  private long left;
  private long through;
  private int looksInVain;

  FeedStream(Intake intake, EventLoop loop, HttpCall call, Wanted wanted) {
    this.intake = intake;
    this.loop = loop;
    this.call = call;
    this.wanted = wanted;
    this.after = wanted.after;
    this.left = wanted.limit;
  }

  /** On the event loop. */
  void begin() {
    if (!intake.beginFeed()) {
      call.answer(CallRouter.FEEDS_FULL);
      return;
    }
    look();
  }

  private void look() {
    var query = new OutcomeQuery(wanted.deadLetters, after, through, (int) Math.min(PAGE, left));
    intake.backstage.outcomes(
        wanted.campaign,
        query,
        page -> {
          try {
            read(page);
          } catch (RuntimeException e) {
            end(true);
            throw e;
          }
        });
  }

  private void read(OutcomePage page) {
    AnswerStream begun = stream;
    if (page.found() != OutcomePage.Found.READ) {
      if (begun == null) {
        call.answer(
            HttpAnswer.error(
                page.found() == OutcomePage.Found.BUSY ? CallRouter.FULL : CallRouter.NO_LANE));
        intake.endFeed();
      } else {
        lookAgain(LOOK_AGAIN_BUSY_MS);
      }
      return;
    }
    boolean begins = begun == null;
    if (begun == null) {
      begun = call.stream("application/x-ndjson");
      stream = begun;
    }
    after = page.next();
    left -= page.outcomes().size();
    through = wanted.follow ? 0 : page.through();
    boolean over = left <= 0 || (page.atEnd() && !wanted.follow) || intake.isDraining();
    // The first piece carries the head, so it goes out even if there is nothing in it.
    if (page.outcomes().isEmpty() && !over && !begins && page.atEnd()) {
      lookedInVain(begun);
    } else {
      looksInVain = 0;
      write(begun, lines(page), over, page.atEnd());
    }
  }

  private void lookedInVain(AnswerStream begun) {
    if (++looksInVain % LOOKS_UNTIL_EMPTY_LINE == 0) {
      write(begun, EMPTY_LINE, false, true);
    } else {
      lookAgain(LOOK_AGAIN_MS);
    }
  }

  private void write(AnswerStream begun, byte[] piece, boolean last, boolean caughtUp) {
    begun.write(
        piece,
        written -> {
          if (!written) {
            end(true);
          } else if (last) {
            end(false);
          } else if (caughtUp) {
            lookAgain(LOOK_AGAIN_MS);
          } else {
            look();
          }
        });
  }

  private void lookAgain(long ms) {
    if (intake.isDraining()) {
      end(false);
    } else {
      loop.schedule(this::look, ms, TimeUnit.MILLISECONDS);
    }
  }

  private void end(boolean broken) {
    AnswerStream begun = stream;
    if (begun == null) {
      call.abort();
    } else if (broken) {
      begun.abort();
    } else {
      begun.end();
    }
    intake.endFeed();
  }

  // --- lines

  private byte[] lines(OutcomePage page) {
    var bytes = new ByteArrayOutputStream(page.outcomes().size() * 200);
    for (Outcome outcome : page.outcomes()) {
      try (JsonGenerator json = JSON.createGenerator(bytes)) {
        line(json, outcome);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  private void line(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStartObject();
    OutcomeLine.members(json, outcome);
    if (wanted.deadLetters) {
      json.writeStringField("acceptedAt", Views.time(outcome.acceptedAtMs()));
      json.writeStringField("deadline", Views.time(outcome.deadlineMs()));
      if (wanted.reveals) {
        json.writeStringField("phoneNumber", outcome.phoneNumber());
        json.writeFieldName("attributes");
        json.writeRawValue(outcome.attributes());
      } else {
        json.writeStringField("phoneNumber", RequestStatus.masked(outcome.phoneNumber()));
        maskedAttributes(json, outcome.attributes());
        json.writeBooleanField("masked", true);
      }
    }
    json.writeEndObject();
  }

  // Their names are the campaign's, their values the person's.
  private static void maskedAttributes(JsonGenerator json, String attributes) throws IOException {
    json.writeObjectFieldStart("attributes");
    try (JsonParser in = JSON.createParser(attributes)) {
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          json.writeStringField(in.currentName(), "*****");
        }
      }
    }
    json.writeEndObject();
  }
}
