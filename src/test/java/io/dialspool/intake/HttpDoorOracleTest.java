package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.Complaints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A defect is planted, and {@link HttpDoorFuzzTest} must see it. */
class HttpDoorOracleTest {
  private static final String BATCH = DoorFixture.batch("t-1");
  private static final String REQUEST =
      "PUT /campaigns/c/dial-requests HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
          + BATCH.length()
          + "\r\n\r\n"
          + BATCH;

  @Test
  void shouldFindNothingWhereNothingIsPlanted() {
    talk(door -> {});
  }

  @Test
  void shouldSeeAnAnswerThatHangs() {
    assertSeen("answers of an open connection", door -> door.admitsNever = true);
  }

  @Test
  void shouldSeeALoopThatSpins() {
    assertSeen("does not come to rest", door -> door.loop.execute(() -> again(door)));
  }

  private static void again(HandDoor door) {
    door.loop.execute(() -> again(door));
  }

  @Test
  void shouldSeeATimerThatNeverEnds() {
    assertSeen("timers without end", HttpDoorOracleTest::soon);
  }

  private static void soon(HandDoor door) {
    var unused = door.loop.schedule(() -> soon(door), 1, TimeUnit.MICROSECONDS);
  }

  @Test
  void shouldSeeABufferThatIsNeverReleased() {
    assertSeen(
        "bytes of buffers",
        first(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.fireChannelRead(ReferenceCountUtil.retain(message));
              }
            }));
  }

  @Test
  void shouldSeeMemoryThatGrows() {
    assertSeen("memory", door -> door.channel.alloc().heapBuffer(1 << 20));
  }

  @Test
  void shouldSeeABudgetThatIsNotGivenBack() {
    assertSeen("bytes reserved", door -> door.intake.budget.tryReserve(1));
  }

  @Test
  void shouldSeeAnAnswerThatIsStillUnderWay() {
    assertSeen("answers under way", door -> door.intake.beginAnswer());
  }

  @Test
  void shouldSeeAnExceptionInTheDoor() {
    assertSeen(
        "complaints",
        door ->
            door.channel
                .closeFuture()
                .addListener(
                    closed -> {
                      throw new IllegalStateException("planted");
                    }));
  }

  @Test
  void shouldSeeARequestThatIsAnsweredTwice() {
    assertSeen("answers of an open connection", door -> write(door, ok()));
  }

  @Test
  void shouldSeeAnAnswerThatIsNoHttp() {
    assertSeen("no HTTP answer", door -> write(door, "nonsense\r\n\r\n"));
  }

  @Test
  void shouldSeeAConnectionThatEndsWithoutAnAnswer() {
    assertSeen(
        "closed without an answer",
        first(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                ctx.close();
              }
            }));
  }

  private static String ok() {
    return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  }

  private static void write(HandDoor door, String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    door.channel.pipeline().firstContext().writeAndFlush(bytes);
  }

  private static Consumer<HandDoor> first(ChannelInboundHandlerAdapter handler) {
    return door -> door.channel.pipeline().addFirst(handler);
  }

  private static void assertSeen(String what, Consumer<HandDoor> planted) {
    AssertionError seen = assertThrows(AssertionError.class, () -> talk(planted));
    assertTrue(String.valueOf(seen.getMessage()).contains(what), seen::getMessage);
  }

  private static void talk(Consumer<HandDoor> planted) {
    Complaints.forget();
    byte[] bytes = (REQUEST + REQUEST).getBytes(StandardCharsets.US_ASCII);
    new HttpDoorFuzzTest.Talk(bytes, 0, 0, 0).hold(planted);
  }
}
