package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.http.Complaints;
import io.dialspool.http.Entrance;
import io.dialspool.http.HandChannel;
import io.dialspool.http.HandLoop;
import io.dialspool.http.HostRule;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.HttpServer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that AWS's signers signed, changed on their way in any manner; and any bytes at all. The
 * first byte says which, the rest are the changes: what to do, where (two bytes) and with which
 * byte. Whoever is let in as a key's owner asks for exactly what was signed.
 */
@Timeout(600)
class SignatureFuzzTest {
  private static final KeyFile KEYS =
      new KeyFile("doors.keyFile", new FakeKeySource(GatedPort.KEYS));
  private static final String PATH = "/campaigns/spring/dial-requests";
  private static final byte[] BODY =
      "{\"dialRequests\":[{\"clientToken\":\"t\"}]}".getBytes(StandardCharsets.UTF_8);
  private static final List<Map.Entry<String, String>> QUERY =
      List.of(Map.entry("b", "two words+%"), Map.entry("a", "1"));
  private static final List<Wire> SIGNED =
      List.of(
          Signing.header().sign("PUT", PATH, BODY),
          Signing.presigned(Duration.ofMinutes(5)).sign("PUT", PATH, QUERY, List.of(), BODY),
          Signing.header().sign("GET", PATH + "/t%2d1", QUERY, List.of(), new byte[0]),
          Signing.header()
              .by("ASIASESSION", "session-secret")
              .session("session/token+1=")
              .sign("PUT", PATH, BODY),
          Signing.header().signAsV1("PUT", PATH, QUERY, BODY),
          Signing.presigned(Duration.ofMinutes(5)).signAsV1("PUT", PATH, QUERY, BODY),
          new Wire("PUT", PATH, List.of(Map.entry("Host", Signing.HOST)), BODY)
              .with("Authorization", "Bearer " + GatedPort.TOKEN));

  /** What came through, whole. */
  private record Passed(HttpRequest head, byte[] body) {}

  @FuzzTest
  void shouldLetInOnlyWhatWasSigned(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Complaints.forget();
    int which = input[0] & 7;
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    if (which >= SIGNED.size()) {
      send(rest);
    } else {
      Wire signed = SIGNED.get(which);
      List<Passed> passed = send(changed(signed.bytes(), rest));
      if (rest.length < 4) {
        assertEquals(1, passed.size(), "let in as it was");
      }
      if (signed.header("Authorization").startsWith("Bearer ")) {
        return; // a bearer may ask what he likes
      }
      for (Passed one : passed) {
        judge(signed, one);
      }
    }
    assertEquals(List.of(), Complaints.said());
  }

  private static byte[] changed(byte[] wire, byte[] changes) {
    byte[] bytes = wire;
    for (int i = 0; i + 4 <= changes.length; i += 4) {
      int at = ((changes[i + 1] & 0xff) << 8 | (changes[i + 2] & 0xff)) % (bytes.length + 1);
      byte with = changes[i + 3];
      var out = new ByteArrayOutputStream();
      out.write(bytes, 0, at);
      switch (changes[i] & 3) {
        case 0 -> {
          out.write(with);
          out.write(bytes, Math.min(bytes.length, at + 1), Math.max(0, bytes.length - at - 1));
        }
        case 1 -> {
          out.write(with);
          out.write(bytes, at, bytes.length - at);
        }
        case 2 -> {
          int gone = Math.min(bytes.length - at, with & 0xff);
          out.write(bytes, at + gone, bytes.length - at - gone);
        }
        default -> {
          // A stretch of it comes twice.
          int more = Math.min(bytes.length - at, with & 0xff);
          out.write(bytes, at, more);
          out.write(bytes, at, bytes.length - at);
        }
      }
      bytes = out.toByteArray();
    }
    return bytes;
  }

  private static List<Passed> send(byte[] bytes) {
    var passed = new ArrayList<Passed>();
    var loop = new HandLoop();
    var channel = new HandChannel();
    var judge = new Judge(KEYS, "us-east-1", Rule.api(false), new FixedClock());
    HttpServer.fit(
        channel.pipeline(),
        HttpLimits.DEFAULT,
        new Entrance(() -> null, () -> new Gate(judge, code -> {}), HostRule.of(Signing.HOST)),
        () -> new Recorder(passed));
    loop.register(channel);
    channel.read();
    int at = 0;
    for (int step = 0; ; step++) {
      assertTrue(step < 2_000 + 20 * bytes.length, "does not come to rest");
      if (loop.turn()) {
        continue;
      }
      if (at == bytes.length || !channel.isOpen() || !channel.wantsBytes()) {
        break;
      }
      int from = at;
      at = Math.min(bytes.length, at + 700);
      channel.deliver(bytes, from, at);
    }
    long end = TimeUnit.SECONDS.toNanos(150);
    for (int step = 0; loop.advance(end) || loop.turn(); step++) {
      assertTrue(step < 2_000, "timers without end");
      loop.turn();
    }
    assertFalse(channel.isOpen(), "open though idle for so long");
    assertEquals(0, channel.memory(), "bytes of buffers");
    return passed;
  }

  private static void judge(Wire signed, Passed passed) {
    HttpRequest head = passed.head;
    assertEquals(signed.method(), head.method().name());
    String wanted = Query.withoutCredentials(signed.target());
    assertEquals(path(wanted), path(head.uri()), "path");
    assertEquals(pairs(wanted), pairs(Query.withoutCredentials(head.uri())), "query");
    assertEquals(
        signed.header("host"), String.join(",", head.headers().getAll("host")).strip(), "host");
    assertArrayEquals(signed.body(), passed.body, "body");
  }

  private static String path(String uri) {
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    int authority = path.startsWith("/") ? -1 : path.indexOf("://");
    return authority < 0 ? path : path.substring(path.indexOf('/', authority + 3));
  }

  private static List<String> pairs(String uri) {
    int question = uri.indexOf('?');
    return question < 0
        ? List.of()
        : Arrays.stream(uri.substring(question + 1).split("&", -1))
            .filter(pair -> !pair.isEmpty())
            .map(pair -> pair.contains("=") ? pair : pair + "=")
            .map(HttpCall::decoded)
            .sorted()
            .toList();
  }

  /** The door: remembers, and answers. */
  private static final class Recorder extends SimpleChannelInboundHandler<HttpObject> {
    private final List<Passed> passed;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpRequest head;

    Recorder(List<Passed> passed) {
      this.passed = passed;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
      if (message instanceof HttpRequest request) {
        head = request;
        body.reset();
      }
      if (message instanceof HttpContent content) {
        byte[] piece = new byte[content.content().readableBytes()];
        content.content().getBytes(content.content().readerIndex(), piece);
        body.writeBytes(piece);
      }
      if (message instanceof LastHttpContent) {
        // Who is not asked brings nothing that was signed.
        if (Caller.of(ctx.channel()) != null && head != null) {
          passed.add(new Passed(head, body.toByteArray()));
        }
        ctx.writeAndFlush(HttpAnswer.empty().toNetty());
      }
      ctx.read();
    }
  }
}
