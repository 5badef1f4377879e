package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.dialspool.http.ApiDoor;
import io.dialspool.http.Entrance;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.TestCertificates;
import io.dialspool.time.Clock;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who {@code replay} says it is, and what it says when it isn't let in. */
@Timeout(60)
class ReplayCredentialsTest {
  private static final Map<String, String> AWS =
      Map.of(
          "AWS_ACCESS_KEY_ID", "AKIDENV",
          "AWS_SECRET_ACCESS_KEY", "s3cret",
          "AWS_SESSION_TOKEN", "session",
          "AWS_REGION", "eu-west-2");

  private final Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final BlockingQueue<Headers> requests = new LinkedBlockingQueue<>();
  private final List<HttpServer> servers = new ArrayList<>();
  private volatile String refusal = "";
  private String leads = "";

  ReplayCredentialsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    leads = Files.writeString(directory.resolve("leads.csv"), "phone\n+12065550100\n").toString();
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void shouldBeNobodyUnlessTold() throws Exception {
    assertEquals(0, replay(Map.of(), "--endpoint", plain()));
    assertFalse(requests.take().containsKey("Authorization"));
  }

  @Test
  void shouldSignWithTheKeyGiven() throws Exception {
    assertEquals(0, replay(AWS, "--endpoint", plain(), "--key", "AKIDFLAG", "--secret", "another"));
    Headers headers = requests.take();
    assertTrue(
        headers.getFirst("Authorization").startsWith("AWS4-HMAC-SHA256 Credential=AKIDFLAG/"),
        headers.getFirst("Authorization"));
    assertEquals("UNSIGNED-PAYLOAD", headers.getFirst("x-amz-content-sha256"));
    assertFalse(headers.containsKey("X-Amz-Security-Token"), "the session is another key's");
  }

  @Test
  void shouldSignAsAnyAwsClientWouldWhereNothingIsGiven() throws Exception {
    assertEquals(0, replay(AWS, "--endpoint", plain()));
    Headers headers = requests.take();
    assertTrue(
        headers
            .getFirst("Authorization")
            .matches("AWS4-HMAC-SHA256 Credential=AKIDENV/\\d{8}/eu-west-2/.*"),
        headers.getFirst("Authorization"));
    assertEquals("session", headers.getFirst("X-Amz-Security-Token"));
  }

  @Test
  void shouldShowATokenAndTakeItFromAFileOfOptions() throws Exception {
    Path options = Files.writeString(directory.resolve("options"), "--bearer\nt0ken\n");
    assertEquals(0, replay(AWS, "--endpoint", plain(), "@" + options));
    assertEquals("Bearer t0ken", requests.take().getFirst("Authorization"));
    assertEquals("", err.toString());
  }

  @Test
  void shouldTrustTheAuthorityGivenAndNoOther() throws Exception {
    X509Bundle authority = TestCertificates.authority("authority");
    String url = https(TestCertificates.server(authority, "server"));
    Path ca = Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
    assertEquals(0, replay(Map.of(), "--endpoint", url, "--ca-file", ca.toString()));
    assertEquals(4, replay(Map.of(), "--endpoint", url));
    assertTrue(err.toString().startsWith(url + ": TLS fails: "), err.toString());
    assertTrue(err.toString().contains("--ca-file FILE"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void shouldSayThatAServerDoesNotSpeakTls() throws Exception {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (var server =
        io.dialspool.http.HttpServer.start(
            "127.0.0.1",
            0,
            loops,
            HttpLimits.DEFAULT,
            Entrance.OPEN,
            () ->
                new ApiDoor(
                    1,
                    new io.dialspool.http.BytesBudget(1),
                    call -> call.answer(HttpAnswer.empty())))) {
      String url = server.url().replace("http:", "https:");
      assertEquals(4, replay(Map.of(), "--endpoint", url));
      assertEquals(url + ": doesn't speak TLS (expected: perhaps http://)", err.toString().strip());
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MissingAuthenticationTokenException, '(expected: --key ID --secret S, or --bearer T)'",
    "UnrecognizedClientException, that stands in the service's key file",
    "InvalidSignatureException, the --secret that belongs to --key",
    "RequestExpired, a clock within 15 minutes",
    "AccessDeniedException, with the right to submit",
  })
  void shouldSayWhatToDoWhenItIsRefused(String code, String advice) throws Exception {
    refusal = code;
    assertEquals(4, replay(Map.of(), "--endpoint", plain(), "--key", "k", "--secret", "s3cret"));
    assertTrue(err.toString().contains(advice), err.toString());
    assertFalse(err.toString().contains("s3cret"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void shouldNameOptionsThatDontFitTogether() {
    assertEquals(2, replay(Map.of(), "--key", "k"));
    assertTrue(err.toString().startsWith("--key, --secret: one is missing"), err.toString());
    assertEquals(2, replay(Map.of(), "--key", "k", "--secret", "s", "--bearer", "t"));
    assertTrue(err.toString().startsWith("--bearer: given beside --key"), err.toString());
    assertEquals(2, replay(Map.of(), "--bearer", "two words"));
    assertFalse(err.toString().contains("two words"), err.toString());
    assertEquals(2, replay(Map.of(), "--ca-file", leads));
    assertTrue(err.toString().startsWith("--ca-file: " + leads), err.toString());
    assertEquals(2, replay(Map.of(), "--certificate", leads));
    assertTrue(err.toString().startsWith("--certificate, --private-key: one"), err.toString());
    assertEquals(2, replay(Map.of(), "--certificate", leads, "--private-key", leads));
    assertTrue(err.toString().contains("the key in PKCS#8"), err.toString());
  }

  private int replay(Map<String, String> environment, String... options) {
    var args =
        new ArrayList<String>(
            List.of("replay", leads, "--campaign", "c-1", "--rejects", leads + ".rejects"));
    args.addAll(List.of(options));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var surroundings =
        new Surroundings(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            environment,
            false,
            Clock.SYSTEM,
            service -> {});
    return DialspoolCommand.commandLine(surroundings).execute(args.toArray(String[]::new));
  }

  private String plain() throws IOException {
    return "http://" + start(HttpServer.create(anyPort(), 0));
  }

  private String https(X509Bundle certificate) throws Exception {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, new SecureRandom());
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return "https://" + start(server);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private String start(HttpServer server) {
    servers.add(server);
    server.createContext("/", this::answer);
    server.start();
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestHeaders());
    exchange.getRequestBody().readAllBytes();
    String body =
        refusal.isEmpty()
            ? "{\"syncedThrough\":1}\n{\"summary\":{\"lines\":1,\"accepted\":1,\"duplicates\":0,"
                + "\"rejected\":0,\"error\":null}}\n"
            : "{\"message\":\"refused\"}";
    if (!refusal.isEmpty()) {
      exchange.getResponseHeaders().set("x-amzn-ErrorType", refusal);
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(refusal.isEmpty() ? 200 : 403, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
