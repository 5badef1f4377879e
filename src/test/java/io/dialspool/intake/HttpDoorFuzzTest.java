package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.http.ApiError;
import io.dialspool.http.Complaints;
import io.dialspool.http.Conversation;
import io.dialspool.http.Entrance;
import io.dialspool.http.HttpLimits;
import io.dialspool.target.RawAnswer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;

/**
 * The data port against any bytes. The first three say how they arrive and what is behind the door
 * ({@code 000}: at once, and all is well); the rest is what the client sends, so an input reads as
 * HTTP.
 *
 * <p>Every request that comes whole gets one answer, or the connection ends in a way that the
 * client can see; nothing is thrown; nothing goes on for ever; no memory stays behind.
 */
@Timeout(600)
class HttpDoorFuzzTest {
  private static final int PLAN_BYTES = 3;
  private static final long MEMORY_MAX = 192 * 1024;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(12);
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(75);
  private static final int[] STATUSES = {
    200, 204, 304, 400, 404, 429, 500, 503, 301, 999, 205, 206, 600, 402, 409, 413
  };

  @FuzzTest
  void shouldAnswerEachRequestOnceAndKeepNothing(byte[] input) {
    if (input.length < PLAN_BYTES) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, PLAN_BYTES, input.length);
    Complaints.forget();
    new Talk(bytes, input[0] ^ '0', input[1] ^ '0', input[2] ^ '0').hold(door -> {});
  }

  /** One connection, from its first byte to its end. */
  static final class Talk {
    private final HandDoor door = new HandDoor();
    private final byte[] bytes;
    private final int cuts;
    private final int trouble;
    private final Random random;
    private int at;
    private boolean stalled;
    private boolean leaves;
    private boolean slowReader;

    Talk(byte[] bytes, int cuts, int trouble, int more) {
      this.bytes = bytes;
      this.cuts = cuts;
      this.trouble = trouble;
      this.random = new Random(cuts * 31L + trouble);
      door.targetAnswer =
          more == 0
              ? new RawAnswer.Unanswered("nobody there")
              : new RawAnswer.Answered(
                  STATUSES[more & 15], "application/json", "", "", "", new byte[(more >> 4) & 7]);
    }

    /**
     * @param planted a defect that is put in once the connection is open
     */
    void hold(Consumer<HandDoor> planted) {
      switch (trouble & 3) {
        case 1 -> stalled = true;
        case 2 -> door.admitsLater = true;
        case 3 -> slowReader = true;
        default -> {}
      }
      switch (trouble >> 2 & 3) {
        case 1 -> door.admission = new Admission.Refused(ApiError.notFound("No such campaign."));
        case 2 -> door.overload = ApiError.throttled("The backlog is full.", 1);
        case 3 -> door.overload = ApiError.unavailable("Stopping.", 1);
        default -> {}
      }
      leaves = (trouble & 16) != 0;
      boolean stopsEarly = (trouble & 32) != 0;
      door.open(Entrance.OPEN);
      planted.accept(door);
      if (stalled) {
        door.fillRing();
      }
      if (slowReader) {
        door.channel.take(0);
      }
      if (stopsEarly) {
        play(bytes.length / 2);
        door.intake.stop();
      }
      play(bytes.length);
      if (leaves) {
        door.channel.close();
        settle();
        assertNothingIsKept();
        return;
      }
      settle();
      boolean gaveUp = !door.channel.isOpen();
      List<Conversation.Asked> asked =
          Conversation.asked(bytes, HttpLimits.DEFAULT.headerBytesMax());
      // A reader of the feed who follows it is answered for as long as he likes.
      boolean follows = asked.stream().anyMatch(one -> one.target().contains("follow=true"));
      if (!gaveUp && !follows && at == bytes.length) {
        assertEquals(asked.size(), answers(asked).size(), "answers of an open connection");
      }
      assertTrue(gaveUp || at == bytes.length || follows, "reads no further, and stays open");
      door.intake.stop();
      stalled = false;
      door.overload = null;
      play(bytes.length);
      settle();
      pass(IDLE_NS);
      assertFalse(door.channel.isOpen(), "open though idle for so long");
      judge(asked, answers(asked));
      assertNothingIsKept();
    }

    private List<Conversation.Answered> answers(List<Conversation.Asked> asked) {
      return Conversation.answered(asked, door.channel.sent(), !door.channel.isOpen());
    }

    private void judge(List<Conversation.Asked> asked, List<Conversation.Answered> answers) {
      for (Conversation.Answered answer : answers) {
        boolean ours = door.targetAnswer instanceof RawAnswer.Unanswered;
        assertFalse(ours && answer.status() == 500, () -> "500: " + answer.body());
      }
      // What is unreadable, or breaks off, is answered too; an upload that was given up before its
      // body broke off has then had two answers.
      boolean givenUp =
          answers.size() > 1 && answers.get(answers.size() - 2).body().contains("\"error\":\"");
      assertTrue(answers.size() <= asked.size() + (givenUp ? 2 : 1), "more answers than requests");
      if (answers.size() < asked.size()) {
        assertFalse(answers.isEmpty(), "closed without an answer");
        Conversation.Answered last = answers.get(answers.size() - 1);
        boolean told =
            last.ends()
                || !asked.get(answers.size() - 1).keepsAlive()
                || last.body().contains("\"error\":\"");
        // After stop() an open connection ends by being idle, and takes no further request; all
        // that were whole before are answered above.
        assertTrue(told, () -> "closed, and did not say so: " + last);
      }
      for (int i = 0; i < Math.min(asked.size(), answers.size()); i++) {
        if (asked.get(i).isHttp10()) {
          assertFalse(answers.get(i).isChunked(), "chunks for a client that knows none");
        }
      }
    }

    /** The client sends up to {@code end}, as it is read; all that is due happens. */
    private void play(int end) {
      long stepsMax = 2_000 + 60L * bytes.length;
      for (long step = 0; ; step++) {
        assertTrue(step < stepsMax, "does not come to rest");
        assertTrue(door.channel.memory() < MEMORY_MAX, "memory");
        if (door.loop.turn()) {
          continue;
        }
        if (at < end && door.channel.isOpen() && door.channel.wantsBytes()) {
          int next = Math.min(end, at + pieceBytes());
          int from = at;
          at = next;
          door.channel.deliver(bytes, from, next);
        } else if (stalled || !door.consume(1 + (cuts >> 5 & 3))) {
          if (!door.answerLater() && !(slowReader && reads())) {
            return;
          }
        }
      }
    }

    private boolean reads() {
      int before = door.channel.sentBytes();
      door.channel.take(100);
      return door.channel.sentBytes() > before;
    }

    private int pieceBytes() {
      int most = cuts & 31;
      return most == 0 ? bytes.length : 1 + random.nextInt(most * most);
    }

    /** As long as anyone waits for room, for the ring, or for the client's next bytes. */
    private void settle() {
      pass(PATIENCE_NS);
      stalled = false;
      play(bytes.length);
      pass(PATIENCE_NS);
    }

    private void pass(long ns) {
      long end = door.loop.nowNs() + ns;
      for (int step = 0; door.loop.advance(end); step++) {
        // The busiest timer is that of the waiting line, 2 ms.
        assertTrue(step < 20_000, "timers without end");
        play(bytes.length);
      }
      play(bytes.length);
    }

    private void assertNothingIsKept() {
      pass(IDLE_NS);
      door.intake.stop();
      pass(PATIENCE_NS);
      assertFalse(door.channel.isOpen(), "open");
      assertEquals(0, door.intake.budget.reserved(), "bytes reserved");
      assertEquals(0, door.intake.running(), "answers under way");
      assertEquals(0, door.channel.memory(), "bytes of buffers");
      assertEquals(List.of(), Complaints.said(), "complaints");
    }
  }
}
