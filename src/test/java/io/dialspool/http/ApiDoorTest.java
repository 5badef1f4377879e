package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

class ApiDoorTest {
  private final BytesBudget budget = new BytesBudget(1_000);

  @Test
  void shouldHoldAllUnfinishedBodiesOfAPortWithinOneBudget() {
    EmbeddedChannel first = begun(600);
    EmbeddedChannel second = begun(600);

    FullHttpResponse refused = second.readOutbound();
    assertNotNull(refused);
    assertEquals(429, refused.status().code());
    assertEquals("1", refused.headers().get("Retry-After"));
    refused.release();
    assertFalse(second.isOpen());
    assertEquals(600, budget.reserved());

    first.writeInbound(new DefaultLastHttpContent(Unpooled.wrappedBuffer(new byte[10])));
    FullHttpResponse answered = first.readOutbound();
    assertEquals(200, answered.status().code());
    answered.release();
    assertEquals(0, budget.reserved());
  }

  @Test
  void shouldGiveBackWhatAConnectionHeldThatIsGone() {
    EmbeddedChannel channel = begun(600);
    channel.close();

    assertEquals(0, budget.reserved());
  }

  private EmbeddedChannel begun(int bytes) {
    var channel =
        new EmbeddedChannel(new ApiDoor(10_000, budget, call -> call.answer(HttpAnswer.empty())));
    channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
    channel.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[bytes])));
    return channel;
  }
}
