package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.Entrance;
import io.dialspool.http.TestCertificates;
import io.dialspool.http.TlsFiles;
import io.dialspool.intake.RawClient.Answer;
import io.dialspool.time.Clock;
import io.netty.pkitesting.X509Bundle;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is delicate about the door's reading and ending, behind TLS. */
@Timeout(60)
class DoorTlsTest {
  private static final String PUT = "PUT /campaigns/c-1/dial-requests";
  private static final String POST =
      String.join(
          "\r\n",
          "POST /campaigns/c-1/dial-requests HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked",
          "",
          "");

  private static X509Bundle authority;
  private static DoorFixture door;

  @BeforeAll
  static void open(@TempDir Path directory) throws Exception {
    authority = TestCertificates.authority("authority");
    X509Bundle server = TestCertificates.server(authority, "server");
    TlsFiles files = TlsFiles.open(TestCertificates.doors(directory, server), Clock.SYSTEM);
    door = new DoorFixture(DoorFixture.CONFIG, new Entrance(files::context, () -> null));
  }

  @AfterAll
  static void close() throws Exception {
    door.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void shouldTakeBatchesOneAfterTheOther(String version) throws Exception {
    try (RawClient client = client(version)) {
      for (int i = 0; i < 20; i++) {
        client.send(PUT, "", DoorFixture.batch("b-" + i));
        assertEquals(200, client.answer().status());
      }
      // Many in one piece come out of one record's bytes.
      for (int i = 0; i < 10; i++) {
        client.send(PUT, "", DoorFixture.batch("c-" + i));
      }
      for (int i = 0; i < 10; i++) {
        assertTrue(client.answer().body().contains("\"c-" + i + "\""));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void shouldAnswerLinesWhileTheyAreStillBeingSent(String version) throws Exception {
    try (RawClient client = client(version)) {
      client.send(POST);
      assertEquals(200, client.head().status());
      for (int i = 1; i <= 3; i++) {
        client.sendChunk("nonsense\n");
        String told = client.chunk();
        while (told.startsWith("{\"syncedThrough\"")) {
          told = client.chunk();
        }
        assertTrue(told.startsWith("{\"line\":" + i + ","), told);
      }
      client.sendLastChunk();
      var rest = new StringBuilder();
      for (String chunk = client.chunk(); !chunk.isEmpty(); chunk = client.chunk()) {
        rest.append(chunk);
      }
      assertTrue(rest.toString().contains("\"rejected\":3,\"error\":null"), rest.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void shouldLetAClientThatGoesOnSendingReadItsRefusalToTheEnd(String version) throws Exception {
    try (RawClient client = client(version)) {
      client.send(PUT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n");
      byte[] part = new byte[100_000];
      for (int i = 0; i < 20; i++) {
        client.send(part);
      }
      Answer answer = client.answer();
      assertEquals(413, answer.status());
      assertEquals("close", answer.header("connection"));
      assertTrue(client.isClosedByServer()); // and says so: without that reading it throws
    }
  }

  private static RawClient client(String version) throws Exception {
    return new RawClient(
        door.intake.url(),
        new OneVersion(TestCertificates.trusting(authority, null).getSocketFactory(), version));
  }

  /** Sockets that speak one version of TLS. */
  private static final class OneVersion extends javax.net.SocketFactory {
    private final SSLSocketFactory sockets;
    private final String version;

    OneVersion(SSLSocketFactory sockets, String version) {
      this.sockets = sockets;
      this.version = version;
    }

    @Override
    public Socket createSocket(String host, int port) throws java.io.IOException {
      var socket = (SSLSocket) sockets.createSocket(host, port);
      socket.setEnabledProtocols(new String[] {version});
      return socket;
    }

    @Override
    public Socket createSocket(String host, int port, java.net.InetAddress from, int fromPort) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(java.net.InetAddress host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(
        java.net.InetAddress host, int port, java.net.InetAddress from, int fromPort) {
      throw new UnsupportedOperationException();
    }
  }
}
