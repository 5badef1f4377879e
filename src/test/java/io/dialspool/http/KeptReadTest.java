package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class KeptReadTest {
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Integer> bodies = new LinkedBlockingQueue<>();
  private HttpServer server;
  private Socket socket;
  private BufferedReader in;
  private OutputStream out;

  @BeforeEach
  void open() throws IOException {
    server =
        HttpServer.start(
            "127.0.0.1",
            0,
            loops,
            HttpLimits.DEFAULT,
            Entrance.OPEN,
            () ->
                new ApiDoor(
                    1 << 20,
                    new BytesBudget(1 << 20),
                    call -> {
                      bodies.add(call.body().length);
                      call.answer(HttpAnswer.empty());
                    }));
    socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    out = socket.getOutputStream();
  }

  @AfterEach
  void close() throws IOException {
    socket.close();
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldReadOnAfterACallThatIsAnsweredAtOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals("HTTP/1.1 200 OK", answer());
    }
  }

  @Test
  void shouldAnswerCallsSentWithoutWaiting() throws Exception {
    write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3));
    for (int i = 0; i < 3; i++) {
      assertEquals("HTTP/1.1 200 OK", answer());
    }
  }

  @Test
  void shouldReadABodyThatComesInParts() throws Exception {
    write(
        "PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 300000\r\n\r\n");
    assertEquals("HTTP/1.1 100 Continue", answer());
    for (int i = 0; i < 3; i++) {
      write("x".repeat(100_000));
    }
    assertEquals("HTTP/1.1 200 OK", answer());
    assertEquals(300_000, bodies.take());
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private String answer() throws IOException {
    String status = in.readLine();
    String line = in.readLine();
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    return status;
  }
}
