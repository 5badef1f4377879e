package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HttpGuardTest {
  private static MultiThreadIoEventLoopGroup loops;
  private static HttpServer server;

  @BeforeAll
  static void open() {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    server =
        HttpServer.start(
            "127.0.0.1",
            0,
            loops,
            HttpLimits.DEFAULT,
            new Entrance(() -> null, () -> null, HostRule.of("dialspool.example.com")),
            () ->
                new ApiDoor(
                    1 << 20, new BytesBudget(1 << 20), call -> call.answer(HttpAnswer.empty())));
  }

  @AfterAll
  static void close() {
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldLetOurOwnSiteIn() throws IOException {
    assertEquals(200, status("GET / HTTP/1.1\r\nHost: localhost\r\n"));
    assertEquals(200, status("GET / HTTP/1.1\r\nHost: dialspool.example.com\r\n"));
    assertEquals(
        200, status("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n"));
  }

  @Test
  void shouldRefuseAnotherSite() throws IOException {
    assertEquals(403, status("GET / HTTP/1.1\r\nHost: evil.example\r\n"));
    assertEquals(
        403, status("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"));
    assertEquals(403, status("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n"));
    assertEquals(
        403,
        status(
            "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost"
                .concat("\r\nOrigin: http://evil.example\r\n")));
  }

  @Test
  void shouldWantOneHostUnderHttp11() throws IOException {
    assertEquals(400, status("GET / HTTP/1.1\r\n"));
    assertEquals(400, status("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n"));
    assertEquals(200, status("GET / HTTP/1.0\r\n"));
    assertEquals(403, status("GET / HTTP/1.0\r\nHost: evil.example\r\n"));
  }

  @Test
  void shouldSayThatTheConnectionEndsWithARefusal() throws IOException {
    String host = exchange("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(
        host.startsWith("HTTP/1.1 400 ") && host.contains("\r\nconnection: close\r\n"), host);
    String unreadable = exchange("nonsense\r\n\r\n");
    assertTrue(unreadable.contains("\r\nconnection: close\r\n"), unreadable);
  }

  @Test
  void shouldLookAtEveryRequestOfAConnection() throws IOException {
    String all =
        exchange(
            String.join(
                "\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost",
                "GET / HTTP/1.1\r\nHost: evil.example",
                "GET / HTTP/1.1\r\nHost: localhost",
                ""));
    assertTrue(all.startsWith("HTTP/1.1 200 "), all);
    assertEquals(1, all.split("HTTP/1.1 403 ", -1).length - 1, all);
    assertEquals(1, all.split("HTTP/1.1 200 ", -1).length - 1, all);
  }

  private static int status(String head) throws IOException {
    return Integer.parseInt(exchange(head + "Connection: close\r\n\r\n").split(" ", -1)[1]);
  }

  private static String exchange(String text) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
