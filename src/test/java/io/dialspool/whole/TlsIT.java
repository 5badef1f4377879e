package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.TestCertificates;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaigns.model.DialRequest;

/** TLS and the safe defaults of binding, seen from outside the process. */
class TlsIT {
  private static final int USAGE = 2;
  private static final int ENDPOINT = 4;

  private final Path directory;
  private X509Bundle authority;

  TlsIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void make() throws Exception {
    authority = TestCertificates.authority("authority");
    TestCertificates.write(directory, TestCertificates.server(authority, "first"));
    Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
  }

  @Test
  void shouldTakeAndSendLeadsUnderTlsAtEveryPort() throws Exception {
    Path log = directory.resolve("log");
    try (Service service = Service.serveLogged(log, directory, tls())) {
      for (String port : List.of("intake", "management", "target")) {
        assertTrue(service.url(port).startsWith("https://127.0.0.1:"), service.url(port));
      }
      HttpClient client =
          HttpClient.newBuilder().sslContext(TestCertificates.trusting(authority, null)).build();
      String campaign;
      try (ConnectCampaignsClient sdk = sdk(service.url("intake"))) {
        campaign = created(sdk);
        DialRequest lead =
            DialRequest.builder()
                .clientToken("t-1")
                .phoneNumber(Leads.number(1))
                .expirationTime(Instant.now().plus(Duration.ofHours(1)))
                .attributes(Map.of())
                .build();
        assertEquals(
            1,
            sdk.putDialRequestBatch(r -> r.id(campaign).dialRequests(lead))
                .successfulRequests()
                .size());
      }
      // Its own campaign service is called under TLS too.
      Service.await(
          "submitted",
          Duration.ofSeconds(20),
          () -> get(client, service.url("intake") + "/spool").contains("\"submitted\":1"));
      assertTrue(get(client, service.url("management") + "/health/ready").contains("ok"));
      assertTrue(
          get(client, service.url("target") + "/dial-requests?campaign=" + campaign)
              .contains("\"t-1\""));

      plainHttp(service.url("intake"));
      plainHttp(service.url("management"));
      plainHttp(service.url("target"));

      TestCertificates.write(directory, TestCertificates.server(authority, "second"));
      Service.await(
          "the new certificate",
          Duration.ofSeconds(10),
          () -> subject(service.url("intake")).equals("CN=second"));
      assertEquals("CN=second", subject(service.url("management")));
      assertTrue(get(client, service.url("intake") + "/spool").contains("\"submitted\":1"));
    }
    String said = Files.readString(log);
    assertFalse(said.contains("Exception"), said);
    assertFalse(said.contains("\tat "), said);
    assertFalse(said.contains(Leads.number(1)), said);
  }

  @Test
  void shouldReplayUnderTls() {
    Path leads = Leads.csv(directory.resolve("leads.csv"), "r", 0, 3_000);
    try (Service service = Service.serve(directory, tls())) {
      String url = service.url("intake");
      String campaign;
      try (ConnectCampaignsClient sdk = sdk(url)) {
        campaign = created(sdk);
      }
      Service.Ran ran =
          replay(leads, url, campaign, "--ca-file", directory.resolve("ca.pem").toString());
      assertEquals(0, ran.exitCode(), ran::err);
      assertEquals(3_000, ran.json().path("accepted").asInt());
      Service.Ran untrusting = replay(leads, url, campaign);
      assertEquals(ENDPOINT, untrusting.exitCode());
      assertTrue(untrusting.err().contains("--ca-file FILE"), untrusting::err);
      Service.Ran plain = replay(leads, url.replace("https:", "http:"), campaign);
      assertEquals(ENDPOINT, plain.exitCode());
    }
  }

  @Test
  void shouldLetInOnlyWhoShowsACertificateAndCallItselfEvenSo() throws Exception {
    X509Bundle clients = TestCertificates.authority("clients");
    Path known = Files.createDirectory(directory.resolve("client"));
    TestCertificates.write(known, TestCertificates.server(clients, "a client"));
    Path authorities =
        Files.writeString(directory.resolve("clients.pem"), clients.getCertificatePEM());
    Path leads = Leads.csv(directory.resolve("leads.csv"), "m", 0, 10);
    var sets = new ArrayList<String>(List.of(tls()));
    sets.add("doors.tlsClientCertificates=required");
    sets.add("doors.tlsClientAuthoritiesFile=" + authorities);
    try (Service service = Service.serve(directory, sets.toArray(String[]::new))) {
      String[] trusting = {"--ca-file", directory.resolve("ca.pem").toString()};
      String[] showing = {
        "--ca-file",
        directory.resolve("ca.pem").toString(),
        "--certificate",
        known.resolve("certificate.pem").toString(),
        "--private-key",
        known.resolve("key.pem").toString()
      };
      String campaign;
      try (ConnectCampaignsClient sdk = sdk(service.url("target"))) {
        campaign = created(sdk);
      }
      Service.Ran without = replay(leads, service.url("intake"), campaign, trusting);
      assertEquals(ENDPOINT, without.exitCode(), without::err);
      Service.Ran with = replay(leads, service.url("intake"), campaign, showing);
      assertEquals(0, with.exitCode(), with::err);
      assertEquals(10, with.json().path("accepted").asInt());
    }
  }

  @Test
  void shouldListenOnTheNetworkWithTlsAndKeysAndLetReplayInByEither() throws IOException {
    Path keys =
        Files.writeString(
            directory.resolve("keys.yaml"),
            """
            keys:
              - accessKeyId: AKIDREPLAY
                secretAccessKey: a-long-random-secret
                rights: [submit, read, control]
              - accessKeyId: AKIDREADER
                secretAccessKey: another-long-random-secret
                rights: [read]
              - name: crm
                bearerSha256: %s
                rights: [submit]
            """
                .formatted(sha256("a-long-random-token")));
    Path leads = Leads.csv(directory.resolve("leads.csv"), "k", 0, 2_500);
    var sets = new ArrayList<String>(List.of(tls()));
    sets.add("doors.keyFile=" + keys);
    sets.add("intake.address=0.0.0.0");
    try (Service service = Service.serve(directory, sets.toArray(String[]::new))) {
      String url = service.url("intake");
      String campaign;
      try (ConnectCampaignsClient sdk = sdk(service.url("target"))) {
        campaign = created(sdk);
      }
      String[] trusting = {"--ca-file", directory.resolve("ca.pem").toString()};
      String[] key = with(trusting, "--key", "AKIDREPLAY", "--secret", "a-long-random-secret");
      Service.Ran signed = replay(leads, url, campaign, key);
      assertEquals(0, signed.exitCode(), signed::err);
      assertEquals(2_500, signed.json().path("accepted").asInt());
      String[] token = with(trusting, "--bearer", "a-long-random-token");
      Service.Ran shown = replay(leads, url, campaign, token);
      assertEquals(0, shown.exitCode(), shown::err);
      assertEquals(2_500, shown.json().path("duplicates").asInt());

      assertNotLetIn("--bearer T", replay(leads, url, campaign, trusting));
      assertNotLetIn(
          "the --secret that belongs to --key",
          replay(leads, url, campaign, with(trusting, "--key", "AKIDREPLAY", "--secret", "no")));
      assertNotLetIn(
          "stands in the service's key file",
          replay(leads, url, campaign, with(trusting, "--key", "AKIDNOBODY", "--secret", "no")));
      assertNotLetIn(
          "the right to submit",
          replay(
              leads,
              url,
              campaign,
              with(trusting, "--key", "AKIDREADER", "--secret", "another-long-random-secret")));
    }
  }

  private static void assertNotLetIn(String advice, Service.Ran ran) {
    assertEquals(ENDPOINT, ran.exitCode(), ran::err);
    // A slow machine's replay also says how far it is.
    String last = ran.err().lines().reduce("", (before, line) -> line);
    assertTrue(last.contains(advice), ran::err);
  }

  private static String[] with(String[] some, String... more) {
    var all = new ArrayList<String>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // --- what is refused at the start

  @Test
  void shouldNameTheFileThatIsWrong() throws IOException {
    Path missing = directory.resolve("missing.pem");
    assertRefused(
        "doors.tlsCertificateFile: " + missing + " (expected: a file that exists)",
        Service.serveInVain(
            directory,
            "doors.tlsCertificateFile=" + missing,
            "doors.tlsPrivateKeyFile=" + directory.resolve("key.pem")));
    Files.writeString(directory.resolve("key.pem"), "nothing of the kind");
    assertRefused(
        "doors.tlsPrivateKeyFile: "
            + directory.resolve("key.pem")
            + " (expected: PEM, -----BEGIN PRIVATE KEY-----)",
        Service.serveInVain(directory, tls()));
  }

  @Test
  void shouldNotListenOnTheNetworkUnlessItIsSafeOrToldSo() {
    for (String key : List.of("intake.address", "management.address", "campaignService.address")) {
      Service.Ran ran = Service.serveInVain(directory, key + "=0.0.0.0");
      assertRefused(key + ": 0.0.0.0 (expected: a loopback address such as 127.0.0.1; ", ran);
      assertTrue(ran.err().contains("doors.openToTheNetwork: true"), ran::err);
      assertTrue(ran.err().contains("doors.tlsCertificateFile"), ran::err);
      assertTrue(ran.err().contains("eyFile"), ran::err);
    }
    assertRefused(
        "campaignService.address: :: (expected: a loopback address",
        Service.run(
            "campaign-service",
            "--port",
            "0",
            "--data",
            directory.resolve("cs").toString(),
            "--address",
            "::"));
    assertFalse(Files.exists(directory.resolve("spool")));
    assertFalse(Files.exists(directory.resolve("cs")));
    try (Service open =
        Service.serve(directory, "intake.address=0.0.0.0", "doors.openToTheNetwork=true")) {
      assertEquals(200, Service.get(open.url("intake") + "/spool").status());
    }
  }

  @Test
  void shouldRefuseABrowsersCrossSiteRequestAtEveryPort() throws IOException {
    try (Service service = Service.serve(directory, "doors.hosts=dialspool.example.com")) {
      for (String port : List.of("intake", "management", "target")) {
        String url = service.url(port);
        assertEquals(403, status(url, "Host: localhost\r\nOrigin: https://evil.example\r\n"));
        assertEquals(403, status(url, "Host: localhost\r\nOrigin: null\r\n"));
        assertEquals(403, status(url, "Host: evil.example\r\n"));
        assertEquals(403, status(url, "Host: 0.0.0.0\r\n"));
        assertEquals(400, status(url, ""));
        assertEquals(404, status(url, "Host: localhost\r\n"));
        assertEquals(404, status(url, "Host: dialspool.example.com\r\n"));
      }
    }
  }

  @Test
  void shouldKeepOthersOutOfItsDirectories() throws IOException {
    try (Service service = Service.serve(directory)) {
      assertTrue(service.url("intake").startsWith("http://"));
      for (String made : List.of("spool", "campaign-service")) {
        assertEquals(
            "rwx------",
            java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve(made))));
      }
    }
  }

  // --- both sides

  private String[] tls() {
    return new String[] {
      "doors.tlsCertificateFile=" + directory.resolve("certificate.pem"),
      "doors.tlsPrivateKeyFile=" + directory.resolve("key.pem")
    };
  }

  private ConnectCampaignsClient sdk(String url) {
    return ConnectCampaignsClient.builder()
        .endpointOverride(URI.create(url))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
        .httpClient(
            UrlConnectionHttpClient.builder()
                .tlsTrustManagersProvider(() -> new TrustManager[] {authority.toTrustManager()})
                .build())
        .build();
  }

  private static String created(ConnectCampaignsClient sdk) {
    String campaign =
        sdk.createCampaign(
                r ->
                    r.name("tls")
                        .connectInstanceId("i-1")
                        .dialerConfig(
                            d -> d.progressiveDialerConfig(p -> p.bandwidthAllocation(1.0)))
                        .outboundCallConfig(
                            o -> o.connectContactFlowId("f-1").connectQueueId("q-1")))
            .id();
    sdk.startCampaign(r -> r.id(campaign));
    return campaign;
  }

  private Service.Ran replay(Path leads, String url, String campaign, String... options) {
    var args =
        new ArrayList<String>(
            List.of(
                "replay",
                leads.toString(),
                "--endpoint",
                url,
                "--campaign",
                campaign,
                "--rejects",
                directory.resolve("rejects.csv").toString(),
                "--json"));
    args.addAll(List.of(options));
    return Service.run(args.toArray(String[]::new));
  }

  private static String get(HttpClient client, String url) {
    try {
      HttpRequest get =
          HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build();
      return client.send(get, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String subject(String url) {
    try {
      SSLContext trusting = TestCertificates.trusting(authority, null);
      URI uri = URI.create(url);
      try (var socket =
          (SSLSocket) trusting.getSocketFactory().createSocket(uri.getHost(), uri.getPort())) {
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket.getSession().getPeerPrincipal().getName();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void plainHttp(String url) throws IOException {
    URI uri = URI.create(url);
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET /" + Leads.number(1) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      byte[] answer = socket.getInputStream().readAllBytes();
      assertTrue(answer.length < 20, "an alert at most, then the end");
    }
  }

  private static int status(String url, String headers) throws IOException {
    URI uri = URI.create(url);
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET /nothing HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Integer.parseInt(answer.split(" ", -1)[1]);
    }
  }

  private static void assertRefused(String said, Service.Ran ran) {
    assertEquals(USAGE, ran.exitCode(), ran::err);
    assertEquals("", ran.out());
    assertEquals(1, ran.err().lines().count(), ran::err);
    assertTrue(ran.err().startsWith(said), () -> ran.err() + "instead of " + said);
  }
}
