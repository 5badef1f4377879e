package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpCodecTest {
  private static final String HEAD =
      "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nB: c\r\n\r\n";

  private final HttpCodec codec = new HttpCodec(new HttpDecoderConfig(), true);
  private final EmbeddedChannel channel = new EmbeddedChannel(codec);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void shouldKnowAHeadAgainWhateverItsLength() {
    assertEquals(List.of("PUT /x", "one", "end"), read(put("one")));
    assertEquals(
        List.of("known PUT /x: a longer body than it was"), read(put("a longer body than it was")));
    assertEquals(List.of("known PUT /x: 1"), read(put("1")));
  }

  @Test
  void shouldKnowNothingThatTheDoorHasNotTaken() {
    write(put("one"));
    assertEquals(List.of("PUT /x", "one", "end"), drain(false));
    assertEquals(List.of("PUT /x", "two", "end"), read(put("two")));
  }

  @Test
  void shouldReadAHeadAnewThatDiffersInOneByte() {
    read(put("one"));
    assertEquals(List.of("PUT /y", "two", "end"), read(put("two").replace("/x", "/y")));
    assertEquals(
        List.of("PUT /y", "two", "end"),
        read(put("two").replace("/x", "/y").replace("B: c", "B: d")));
  }

  @Test
  void shouldReadTheSameWhereverTheBytesAreCut() {
    String two = put("first") + put("second one") + put("3");
    for (int cut = 1; cut < two.length(); cut++) {
      for (int also : new int[] {cut, cut + 1, cut + 40}) {
        var fresh = new HttpCodec(new HttpDecoderConfig(), true);
        var in = new EmbeddedChannel(fresh);
        int second = Math.min(also, two.length());
        var bodies = new ArrayList<String>();
        for (String part :
            List.of(two.substring(0, cut), two.substring(cut, second), two.substring(second))) {
          in.writeInbound(Unpooled.copiedBuffer(part, StandardCharsets.US_ASCII));
          bodies(in, fresh, bodies);
        }
        assertEquals(
            List.of("first", "second one", "3"), bodies, "cut at " + cut + " and " + second);
        in.finishAndReleaseAll();
      }
    }
  }

  private static void bodies(EmbeddedChannel in, HttpCodec codec, List<String> bodies) {
    for (Object message = in.readInbound(); message != null; message = in.readInbound()) {
      if (message instanceof HttpRequest request) {
        codec.beginAnswer(request);
        codec.remember(request, "known");
        bodies.add("");
      } else if (message instanceof KnownRequest known) {
        codec.beginAnswer(known);
        bodies.add(known.content().toString(StandardCharsets.US_ASCII));
      } else if (message instanceof HttpContent content) {
        int last = bodies.size() - 1;
        bodies.set(last, bodies.get(last) + content.content().toString(StandardCharsets.US_ASCII));
      }
      ReferenceCountUtil.release(message);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT /x HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\none",
        "PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\none",
        "PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\none",
        "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n",
        "PUT /x HTTP/1.1\nHost: a\nContent-Length: 3\n\none",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      })
  void shouldNotKnowAgainWhatIsNotPlain(String request) {
    List<String> first = read(request);
    assertTrue(first.stream().noneMatch(part -> part.startsWith("known")), first.toString());
    List<String> second = read(request);
    assertTrue(second.stream().noneMatch(part -> part.startsWith("known")), second.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3x",
        "Content-Length: +3",
        "Content-Length: ",
        "Content-Length: 3, 3",
        "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 00000003",
        "Content-Length: 12345678"
      })
  void shouldLeaveAnOddLengthToNetty(String length) {
    read(put("one"));
    String odd = put("one").replace("Content-Length: 3", length);
    assertEquals(unknowing(odd), read(odd));
  }

  @Test
  void shouldTakeABodyThatIsNotThereYetInParts() {
    read(put("one"));
    String next = put("a body in two parts");
    assertEquals(List.of("PUT /x", "a body in two"), read(next.substring(0, next.length() - 6)));
    assertEquals(List.of(" parts", "end"), read(next.substring(next.length() - 6)));
    assertEquals(List.of("known PUT /x: two"), read(put("two")));
  }

  @Test
  void shouldKnowNothingAgainWhereEachHeadIsToBeLookedAt() {
    var gated = new HttpCodec(new HttpDecoderConfig(), false);
    var in = new EmbeddedChannel(gated);
    for (int i = 0; i < 2; i++) {
      var bodies = new ArrayList<String>();
      in.writeInbound(Unpooled.copiedBuffer(put("one"), StandardCharsets.US_ASCII));
      assertTrue(in.inboundMessages().stream().noneMatch(KnownRequest.class::isInstance));
      bodies(in, gated, bodies);
      assertEquals(List.of("one"), bodies);
    }
    in.finishAndReleaseAll();
  }

  @Test
  void shouldStopLearningFromAClientThatNeverRepeatsItself() {
    for (int i = 0; i < 8; i++) {
      read(put("one").replace("B: c", "B: " + i));
    }
    String late = put("one").replace("B: c", "B: late");
    read(late);
    assertEquals(unknowing(late), read(late));
  }

  @Test
  void shouldBoundWhatIsReadAhead() {
    String flood = put("one").repeat(200);
    assertThrows(
        DecoderException.class,
        () -> channel.writeInbound(Unpooled.copiedBuffer(flood, StandardCharsets.US_ASCII)));
  }

  @Test
  void shouldSendNoBodyToHead() {
    write("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
    drain(false);
    channel.writeOutbound(HttpAnswer.json("{}".getBytes(StandardCharsets.US_ASCII)).toNetty());
    String answer = outbound(channel);
    assertTrue(answer.contains("content-length: 2\r\n"), answer);
    assertTrue(answer.endsWith("\r\n\r\n"), answer);
  }

  @Test
  void shouldWriteTheHeadOfAnOkAsNettyDoes() {
    byte[] json = "{\"a\":12345678}".getBytes(StandardCharsets.US_ASCII);
    var netty = new EmbeddedChannel(new HttpResponseEncoder());
    FullHttpResponse response = HttpAnswer.json(json).toNetty();
    String id = response.headers().get("x-amzn-RequestId");
    String date = response.headers().get("date");
    netty.writeOutbound(response);
    ByteBuf own = Unpooled.buffer();
    new OkHead().write(own, json.length);
    String mine = own.writeBytes(json).toString(StandardCharsets.US_ASCII);

    String masked = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    assertTrue(mine.matches("(?s).*x-amzn-RequestId: " + masked + "\r\n.*"), mine);
    assertEquals(
        outbound(netty).replace(id, "ID").replace(date, "DATE"),
        mine.replaceAll(masked, "ID").replaceAll("date: [^\r]*", "date: DATE"));
  }

  @Test
  void shouldSayTheDayOfTheMonthWithTwoDigits() {
    assertEquals("Thu, 01 Jan 1970 00:00:00 GMT", HttpAnswer.dateText(0));
    assertEquals("Sat, 21 Nov 2026 09:00:01 GMT", HttpAnswer.dateText(1_795_251_601L));
  }

  // --- helpers

  private static String put(String body) {
    return HEAD.formatted(body.length()) + body;
  }

  private List<String> read(String bytes) {
    write(bytes);
    return drain(true);
  }

  private void write(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
  }

  private List<String> unknowing(String bytes) {
    var in = new EmbeddedChannel(new HttpCodec(new HttpDecoderConfig(), false));
    in.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    var seen = new ArrayList<String>();
    for (Object message = in.readInbound(); message != null; message = in.readInbound()) {
      seen.addAll(words(message));
      ReferenceCountUtil.release(message);
    }
    in.finishAndReleaseAll();
    return seen;
  }

  private List<String> drain(boolean take) {
    var seen = new ArrayList<String>();
    for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
      codec.beginAnswer(message);
      seen.addAll(words(message));
      if (take && message instanceof HttpRequest request) {
        codec.remember(request, request.method() + " " + request.uri());
      }
      ReferenceCountUtil.release(message);
    }
    return seen;
  }

  private static List<String> words(Object message) {
    var words = new ArrayList<String>();
    if (message instanceof KnownRequest known) {
      words.add(
          "known " + known.meaning() + ": " + known.content().toString(StandardCharsets.US_ASCII));
    }
    if (message instanceof HttpRequest request) {
      words.add(
          request.decoderResult().isFailure()
              ? "unreadable"
              : request.method() + " " + request.uri());
    }
    if (message instanceof HttpContent content && content.content().isReadable()) {
      words.add(content.content().toString(StandardCharsets.US_ASCII));
    }
    if (message instanceof LastHttpContent) {
      words.add("end");
    }
    return words;
  }

  private static String outbound(EmbeddedChannel from) {
    var text = new StringBuilder();
    for (ByteBuf part = from.readOutbound(); part != null; part = from.readOutbound()) {
      text.append(part.toString(StandardCharsets.US_ASCII));
      part.release();
    }
    from.finishAndReleaseAll();
    return text.toString();
  }
}
