package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dialspool.config.ConfigException;
import io.dialspool.config.DoorsConfig;
import io.dialspool.time.Clock;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(30)
class TlsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static MultiThreadIoEventLoopGroup loops;
  private static X509Bundle authority;
  private static X509Bundle certificate;

  private final Path directory;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private @Nullable HttpServer server;

  TlsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  static void make() throws Exception {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    authority = TestCertificates.authority("authority");
    certificate = TestCertificates.server(authority, "first");
  }

  @AfterAll
  static void closeLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @BeforeEach
  void listen() {
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void close() {
    logger().detachAppender(log);
    if (server != null) {
      server.close();
    }
  }

  // --- what is spoken

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void shouldSpeakTlsOfToday(String version) throws Exception {
    start(doors(certificate));
    try (SSLSocket socket = connect(trusting(null), version)) {
      assertEquals("HTTP/1.1 200 OK", call(socket));
      assertEquals("HTTP/1.1 200 OK", call(socket));
      assertEquals(version, socket.getSession().getProtocol());
    }
  }

  @Test
  void shouldNotSpeakTlsOfYesterday() throws Exception {
    start(doors(certificate));
    try (SSLSocket socket = connect(trusting(null), "TLSv1.3")) {
      assertEquals("HTTP/1.1 200 OK", call(socket));
    }
    // The JDK's own client doesn't speak it either unless its list of the forbidden is changed, so
    // the greeting of a TLS 1.1 client is written by hand.
    byte[] hello =
        Base64.getDecoder()
            .decode("FgMCAC0BAAApAwIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwAAAgAvAQA=");
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(hello);
      byte[] answer = socket.getInputStream().readNBytes(7);
      assertEquals(21, answer[0], "an alert");
      assertEquals(70, answer[6], "protocol_version");
    }
  }

  @Test
  void shouldServeJavasHttpClient() throws Exception {
    start(doors(TestCertificates.rsaServer(authority, "rsa")));
    assertTrue(url().startsWith("https://127.0.0.1:"), url());
    HttpClient client = HttpClient.newBuilder().sslContext(trusting(null)).build();
    HttpRequest put =
        HttpRequest.newBuilder(URI.create(url() + "/x"))
            .timeout(Duration.ofSeconds(10))
            .PUT(HttpRequest.BodyPublishers.ofString("x".repeat(500_000)))
            .build();
    for (int i = 0; i < 3; i++) {
      assertEquals("500000\n", client.send(put, HttpResponse.BodyHandlers.ofString()).body());
    }
  }

  @Test
  void shouldReadCallsSentWithoutWaitingAndBodiesThatComeInParts() throws Exception {
    start(doors(certificate));
    try (SSLSocket socket = connect(trusting(null), "TLSv1.3")) {
      var in = reader(socket);
      write(socket, GET.repeat(3));
      for (int i = 0; i < 3; i++) {
        assertEquals("HTTP/1.1 200 OK", answer(in));
      }
      write(socket, "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n");
      for (int i = 0; i < 3; i++) {
        write(socket, "x".repeat(100_000));
      }
      assertEquals("HTTP/1.1 200 OK", answer(in));
    }
  }

  @Test
  void shouldSayTheEndOfAConnection() throws Exception {
    start(doors(certificate));
    try (SSLSocket socket = connect(trusting(null), "TLSv1.2")) {
      var in = reader(socket);
      write(socket, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertEquals("HTTP/1.1 200 OK", answer(in));
      assertNull(in.readLine()); // without the message of the end this throws
    }
  }

  // --- what is not

  @Test
  void shouldEndPlainHttpWithoutAnAnswerAndWithoutItsTextInTheLog() throws Exception {
    start(doors(certificate));
    for (int i = 0; i < 3; i++) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
        socket.setSoTimeout(10_000);
        write(socket, "PUT /+12065550100 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertTrue(isEnded(socket));
      }
    }
    // The next connection is answered after whatever the loop had to say about those.
    try (SSLSocket socket = connect(trusting(null), "TLSv1.3")) {
      assertEquals("HTTP/1.1 200 OK", call(socket));
    }
    List<ILoggingEvent> told = warnings();
    assertEquals(1, told.size(), told::toString);
    assertEquals(
        "TLS with 127.0.0.1 failed: what came is not TLS (expected: https)",
        told.get(0).getFormattedMessage());
    assertNull(told.get(0).getThrowableProxy());
  }

  @Test
  void shouldNotWaitForEverForAHandshake() throws Exception {
    TlsFiles files = TlsFiles.open(doors(certificate), Clock.SYSTEM);
    server = start(files, new HttpLimits(10, 200, 32_768, 1 << 20));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      assertTrue(isEnded(socket));
    }
  }

  // --- files that change

  @Test
  void shouldGiveANewCertificateToNewConnections() throws Exception {
    TlsFiles files = start(doors(certificate));
    try (SSLSocket before = connect(trusting(null), "TLSv1.3")) {
      assertEquals("CN=first", subject(before));
      TestCertificates.write(directory, TestCertificates.server(authority, "second"));
      files.look();
      try (SSLSocket after = connect(trusting(null), "TLSv1.3")) {
        assertEquals("CN=second", subject(after));
        assertEquals("HTTP/1.1 200 OK", call(after));
      }
      assertEquals("HTTP/1.1 200 OK", call(before));
    }
  }

  @Test
  void shouldKeepTheOldCertificateAndSaySoOnceWhenANewPairIsBroken() throws Exception {
    TlsFiles files = start(doors(certificate));
    X509Bundle second = TestCertificates.server(authority, "second");
    Files.writeString(directory.resolve("certificate.pem"), second.getCertificatePathPEM());
    files.look();
    assertEquals(List.of(), errors()); // the key may come in a moment
    files.look();
    files.look();
    assertEquals(
        List.of(
            "TLS: doors.tlsPrivateKeyFile: "
                + directory.resolve("key.pem")
                + " (expected: the private key of the first certificate in"
                + " doors.tlsCertificateFile); connections go on getting the certificate from"
                + " before"),
        errors());
    try (SSLSocket socket = connect(trusting(null), "TLSv1.3")) {
      assertEquals("CN=first", subject(socket));
    }
    Files.delete(directory.resolve("key.pem"));
    files.look();
    files.look();
    files.look();
    assertEquals(2, errors().size(), errors()::toString);
    TestCertificates.write(directory, second);
    files.look();
    try (SSLSocket socket = connect(trusting(null), "TLSv1.3")) {
      assertEquals("CN=second", subject(socket));
    }
    assertEquals(2, errors().size(), errors()::toString);
  }

  // --- clients with certificates

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void shouldLetInOnlyWhoShowsACertificateWhereOneIsRequired(String version) throws Exception {
    X509Bundle clients = TestCertificates.authority("clients");
    start(TestCertificates.doors(directory, certificate, clients, "required"));
    X509Bundle known = TestCertificates.server(clients, "a client");
    X509Bundle unknown = TestCertificates.server(authority, "a stranger");
    assertEquals("HTTP/1.1 200 OK", callAs(known, version));
    assertThrows(IOException.class, () -> callAs(null, version));
    assertThrows(IOException.class, () -> callAs(unknown, version));
  }

  @Test
  void shouldTakeACertificateButNotAskForOneWhereItIsOptional() throws Exception {
    X509Bundle clients = TestCertificates.authority("clients");
    start(TestCertificates.doors(directory, certificate, clients, "optional"));
    X509Bundle known = TestCertificates.server(clients, "a client");
    assertEquals("HTTP/1.1 200 OK", callAs(known, "TLSv1.3"));
    assertEquals("HTTP/1.1 200 OK", callAs(null, "TLSv1.3"));
  }

  @Test
  void shouldTrustItselfWhoeverIssuedItsCertificate() throws Exception {
    TlsFiles files = start(doors(certificate));
    SSLContext stranger = trusting(TestCertificates.authority("another"), null);
    assertThrows(SSLException.class, () -> connect(stranger, "TLSv1.3").startHandshake());
    var own = new OwnCertificate(() -> certificate.getCertificate());
    own.checkServerTrusted(new X509Certificate[] {certificate.getCertificate()}, "EC");
    X509Certificate another = TestCertificates.server(authority, "first").getCertificate();
    assertThrows(
        java.security.cert.CertificateException.class,
        () -> own.checkServerTrusted(new X509Certificate[] {another}, "EC"));
    assertTrue(files.ownClient() != null && files.ownClient().isClient());
  }

  // --- files that are wrong

  @Test
  void shouldNameTheFileThatIsWrongAtTheStart() throws Exception {
    DoorsConfig fine = doors(certificate);
    Path chain = directory.resolve("certificate.pem");
    Path key = directory.resolve("key.pem");
    String pem = Files.readString(chain);

    Files.delete(chain);
    expect(fine, "doors.tlsCertificateFile: " + chain + " (expected: a file that exists)");
    Files.createDirectory(chain);
    expect(fine, "doors.tlsCertificateFile: " + chain + " (expected: a file that can be read)");
    Files.delete(chain);
    Files.writeString(chain, "nothing of the kind");
    expect(
        fine,
        "doors.tlsCertificateFile: " + chain + " (expected: PEM, -----BEGIN CERTIFICATE-----)");
    Files.writeString(chain, pem.replaceFirst("\n[A-Za-z0-9+/]{8}", "\nAAAAAAAA"));
    expect(
        fine,
        "doors.tlsCertificateFile: " + chain + " (expected: PEM certificates that can be read)");
    Files.writeString(chain, " ".repeat((1 << 20) + 1));
    expect(fine, "doors.tlsCertificateFile: " + chain + " (expected: a PEM file of at most 1 MiB)");
    Files.writeString(chain, pem);

    Files.writeString(
        key, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    expect(
        fine,
        "doors.tlsPrivateKeyFile: "
            + key
            + " (expected: PEM, -----BEGIN PRIVATE KEY-----; openssl pkcs8 -topk8 -nocrypt makes"
            + " that of what it is)");
    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    expect(
        fine,
        "doors.tlsPrivateKeyFile: "
            + key
            + " (expected: an RSA, EC or Ed25519 private key that can be read)");
    Files.writeString(key, TestCertificates.rsaServer(authority, "another").getPrivateKeyPEM());
    expect(
        fine,
        "doors.tlsPrivateKeyFile: "
            + key
            + " (expected: the private key of the first certificate in doors.tlsCertificateFile)");

    Path authorities = directory.resolve("clients.pem");
    DoorsConfig asking =
        TestCertificates.doors(directory, certificate, TestCertificates.authority("c"), "optional");
    Files.delete(authorities);
    expect(
        asking,
        "doors.tlsClientAuthoritiesFile: " + authorities + " (expected: a file that exists)");
  }

  @Test
  void shouldServeAnExpiredCertificateWithAWarning() throws Exception {
    TlsFiles.open(doors(TestCertificates.expiredServer(authority)), Clock.SYSTEM);
    assertEquals(1, warnings().size());
    assertTrue(warnings().get(0).getFormattedMessage().contains("clients will refuse it"));
  }

  @Test
  void shouldSpeakPlainHttpWithoutFiles() {
    TlsFiles files = TlsFiles.open(DoorsConfig.DEFAULT, Clock.SYSTEM);
    files.look();
    assertFalse(files.isOn());
    assertNull(files.context());
    assertNull(files.ownClient());
  }

  private static void expect(DoorsConfig config, String fault) {
    var thrown =
        assertThrows(ConfigException.class, () -> TlsFiles.open(config, Clock.SYSTEM), fault);
    assertEquals(List.of(fault), thrown.faults());
  }

  // --- both sides

  private DoorsConfig doors(X509Bundle server) throws Exception {
    return TestCertificates.doors(directory, server);
  }

  private TlsFiles start(DoorsConfig config) {
    TlsFiles files = TlsFiles.open(config, Clock.SYSTEM);
    server = start(files, HttpLimits.DEFAULT);
    return files;
  }

  private static HttpServer start(TlsFiles files, HttpLimits limits) {
    return HttpServer.start(
        "127.0.0.1",
        0,
        loops,
        limits,
        new Entrance(files::context, () -> null),
        () ->
            new ApiDoor(
                1 << 20,
                new BytesBudget(1 << 20),
                call ->
                    call.answer(
                        HttpAnswer.json(
                            (call.body().length + "\n").getBytes(StandardCharsets.UTF_8)))));
  }

  private String url() {
    return server == null ? "" : server.url();
  }

  private int port() {
    return server == null ? 0 : server.port();
  }

  private static SSLContext trusting(@Nullable X509Bundle own) throws Exception {
    return trusting(authority, own);
  }

  private static SSLContext trusting(X509Bundle issuer, @Nullable X509Bundle own) throws Exception {
    return TestCertificates.trusting(issuer, own);
  }

  private SSLSocket connect(SSLContext context, String version) throws IOException {
    var socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(10_000);
    socket.setEnabledProtocols(new String[] {version});
    return socket;
  }

  private String callAs(@Nullable X509Bundle own, String version) throws Exception {
    try (SSLSocket socket = connect(trusting(own), version)) {
      return call(socket);
    }
  }

  private static String call(Socket socket) throws IOException {
    write(socket, GET);
    return answer(reader(socket));
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** The status line; head and the body's one line are read. */
  private static String answer(BufferedReader in) throws IOException {
    String status = in.readLine();
    String line = status;
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    if (status == null || in.readLine() == null) {
      throw new IOException("ended without an answer");
    }
    return status;
  }

  private static boolean isEnded(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes().length < 20; // an alert at most
    } catch (SocketException e) {
      return true;
    }
  }

  private static String subject(SSLSocket socket) throws IOException {
    socket.startHandshake();
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.dialspool.http");
  }

  private List<ILoggingEvent> warnings() {
    return List.copyOf(log.list).stream().filter(e -> e.getLevel() == Level.WARN).toList();
  }

  private List<String> errors() {
    return List.copyOf(log.list).stream()
        .filter(e -> e.getLevel() == Level.ERROR)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
