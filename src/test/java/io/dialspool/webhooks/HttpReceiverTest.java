package io.dialspool.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.dialspool.config.WebhookConfig;
import io.dialspool.http.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over real sockets: whatever a receiver does, one answer comes, and soon enough. */
@Timeout(60)
class HttpReceiverTest {
  private static final Receiver.Message MESSAGE =
      new Receiver.Message(
          "msg_1", 1_614_265_330, "v1,x", "{\"a\":1}".getBytes(StandardCharsets.UTF_8));

  private final CountDownLatch over = new CountDownLatch(1);
  private final CompletableFuture<String> request = new CompletableFuture<>();
  private final ServerSocket server;

  HttpReceiverTest() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    over.countDown();
    server.close();
  }

  /** What the other side does once it has read a request. */
  private interface Manners {
    void answer(OutputStream out) throws Exception;
  }

  @Test
  void shouldSendTheHeadersOfStandardWebhooks() throws Exception {
    assertTrue(post(5_000, says("HTTP/1.1 204 No Content\r\n\r\n")).isTaken());
    String sent = request.get(10, TimeUnit.SECONDS);
    assertTrue(sent.startsWith("POST /hook?a=b HTTP/1.1"), sent);
    for (String header :
        new String[] {
          "webhook-id: msg_1",
          "webhook-timestamp: 1614265330",
          "webhook-signature: v1,x",
          "Content-Type: application/json",
          "Content-Length: 7"
        }) {
      assertTrue(sent.contains("\r\n" + header + "\r\n"), header + " is not in\n" + sent);
    }
    assertTrue(sent.endsWith("{\"a\":1}"), sent);
  }

  @Test
  void shouldNotFollowARedirect() throws Exception {
    Receiver.Answer answer =
        post(
            5_000,
            says("HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
    assertEquals(307, answer.status());
    assertFalse(answer.isAbsent());
  }

  @Test
  void shouldTellHowLongToWait() throws Exception {
    Receiver.Answer answer =
        post(5_000, says("HTTP/1.1 429 x\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"));
    assertEquals(17, answer.retryAfterSeconds());
    assertTrue(answer.isAbsent());
  }

  @Test
  void shouldCountSilenceAsNoAnswer() throws Exception {
    Receiver.Answer answer = post(300, out -> {});
    assertEquals(0, answer.status());
    assertEquals("timeout", answer.failure());
  }

  @Test
  void shouldCountAnAnswerThatNeverEndsAsNone() throws Exception {
    Receiver.Answer answer =
        post(300, says("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nand then nothing"));
    assertEquals("timeout", answer.failure());
  }

  @Test
  void shouldReadNoMoreOfAnAnswerThanSome() throws Exception {
    byte[] much = new byte[1 << 20];
    Receiver.Answer answer =
        post(
            20_000,
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
              for (int i = 0; i < 9_000; i++) {
                out.write(much); // fails once the other side has heard enough
              }
            });
    assertTrue(answer.isTaken());
  }

  @Test
  void shouldCountAClosedConnectionAsNoAnswer() throws Exception {
    Receiver.Answer answer = post(5_000, OutputStream::close);
    assertEquals("connection broken", answer.failure());
  }

  @Test
  void shouldSayThatNobodyIsThere() throws Exception {
    server.close();
    Receiver.Answer answer = post(5_000, out -> {});
    assertEquals("can't be reached", answer.failure());
  }

  @Test
  void shouldSpeakTlsOnlyWithWhomItsAuthoritiesKnow(@TempDir Path directory) throws Exception {
    X509Bundle authority = TestCertificates.authority("ours");
    X509Bundle stranger = TestCertificates.authority("another");
    Path file = directory.resolve("ca.pem");
    Files.writeString(file, authority.getCertificatePEM());
    X509Bundle known = TestCertificates.server(authority, "receiver");
    assertEquals(204, postOverTls(known, file).status());
    Receiver.Answer refused = postOverTls(TestCertificates.server(stranger, "receiver"), file);
    assertEquals(0, refused.status());
    assertEquals("TLS: not trusted, or not spoken", refused.failure());
  }

  private static Receiver.Answer postOverTls(X509Bundle server, Path authorities) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(server.toKeyManagerFactory().getKeyManagers(), null, null);
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(context));
    https.createContext(
        "/",
        call -> {
          call.sendResponseHeaders(204, -1);
          call.close();
        });
    https.start();
    try {
      return post(
          config(
              "https://localhost:" + https.getAddress().getPort() + "/",
              20_000,
              authorities.toString()));
    } finally {
      https.stop(0);
    }
  }

  private static Manners says(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private Receiver.Answer post(int timeoutMs, Manners manners) throws Exception {
    var serving = new Thread(() -> serve(manners), "receiver");
    serving.setDaemon(true);
    serving.start();
    return post(config("http://127.0.0.1:" + server.getLocalPort() + "/hook?a=b", timeoutMs, ""));
  }

  private static WebhookConfig config(String url, int timeoutMs, String caFile) {
    return new WebhookConfig(
        url,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "",
        100,
        0,
        timeoutMs,
        4,
        10,
        Duration.ofDays(3),
        1_000,
        60_000,
        caFile,
        false);
  }

  private static Receiver.Answer post(WebhookConfig config) throws Exception {
    var answer = new CompletableFuture<Receiver.Answer>();
    try (var receiver = new HttpReceiver("crm", config)) {
      receiver.post(MESSAGE, answer::complete);
      return answer.get(30, TimeUnit.SECONDS);
    }
  }

  private void serve(Manners manners) {
    try (Socket socket = server.accept()) {
      InputStream in = socket.getInputStream();
      var read = new StringBuilder();
      while (read.indexOf("{\"a\":1}") < 0) {
        int b = in.read();
        if (b < 0) {
          return;
        }
        read.append((char) b);
      }
      request.complete(read.toString());
      manners.answer(socket.getOutputStream());
      socket.getOutputStream().flush();
      over.await();
    } catch (Exception e) {
      request.complete("broken: " + e); // the other side may go at any time
    }
  }
}
