package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.time.Clock;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private long nowMs = 5_000;
  private final Connections connections =
      new Connections(
          3,
          new Clock() {
            @Override
            public long nanoTime() {
              return TimeUnit.MILLISECONDS.toNanos(nowMs);
            }

            @Override
            public long epochMs() {
              return 0;
            }
          });
  private final List<EmbeddedChannel> channels = new ArrayList<>();

  @Test
  void shouldTakeInAsManyAsThereIsRoomFor() {
    for (int i = 0; i < 3; i++) {
      assertTrue(connect());
    }
    assertEquals(3, connections.size());
    assertFalse(connect(), "nobody has stood still for a second yet");
    assertFalse(channels.get(3).isOpen());
    assertEquals(3, connections.size());
  }

  @Test
  void shouldCloseTheOneThatStandsStillForLongestWhenFull() {
    connect();
    nowMs += 10;
    connect();
    nowMs += 10;
    connect();
    nowMs += 1_500;
    read(0, request());

    assertTrue(connect());

    assertEquals(List.of(true, false, true, true), open());
    assertEquals(3, connections.size());
  }

  @Test
  void shouldHoldABytesNowAndThenForStandingStill() {
    connect();
    connect();
    connect();
    for (int second = 0; second < 60; second++) {
      nowMs += 1_000;
      read(0, new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[1])));
      read(1, request());
      read(2, LastHttpContent.EMPTY_LAST_CONTENT);
    }
    nowMs += 1_000;

    assertTrue(connect());

    assertEquals(List.of(false, true, true, true), open());
  }

  @Test
  void shouldHoldABodyThatComesForGettingFurther() {
    connect();
    nowMs += 1;
    connect();
    nowMs += 1;
    connect();
    nowMs += 999;
    for (int i = 0; i < 4; i++) {
      read(0, new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[16 << 10])));
    }
    nowMs += 500;

    assertTrue(connect());

    assertEquals(List.of(true, false, true, true), open());
  }

  @Test
  void shouldHoldALongAnswerThatIsReadForGettingFurther() {
    connect();
    nowMs += 1;
    connect();
    nowMs += 1;
    connect();
    nowMs += 999;
    channels
        .get(0)
        .writeOutbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[64 << 10])));
    channels.get(1).writeOutbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[64])));
    nowMs += 500;

    assertTrue(connect());

    assertEquals(List.of(true, false, true, true), open());
  }

  // --- setting the scene

  private boolean connect() {
    // Their default is one id for all.
    var channel = new EmbeddedChannel(DefaultChannelId.newInstance());
    channels.add(channel);
    boolean admitted = connections.admit(channel);
    if (admitted) {
      channel.pipeline().addLast(Connections.progress(channel));
    }
    return admitted;
  }

  private static HttpObject request() {
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
  }

  private void read(int channel, HttpObject message) {
    channels.get(channel).writeInbound(message);
    ReferenceCountUtil.release(channels.get(channel).readInbound());
  }

  private List<Boolean> open() {
    return channels.stream().map(EmbeddedChannel::isOpen).toList();
  }
}
