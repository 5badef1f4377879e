package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.connectcampaign.AmazonConnectCampaign;
import com.amazonaws.services.connectcampaign.AmazonConnectCampaignClient;
import com.amazonaws.services.connectcampaign.model.AmazonConnectCampaignException;
import com.amazonaws.services.connectcampaign.model.GetCampaignStateRequest;
import com.amazonaws.services.connectcampaign.model.StartCampaignRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClientBuilder;
import software.amazon.awssdk.services.connectcampaigns.model.AccessDeniedException;
import software.amazon.awssdk.services.connectcampaigns.model.CampaignState;
import software.amazon.awssdk.services.connectcampaigns.model.ConnectCampaignsException;
import software.amazon.awssdk.services.connectcampaigns.model.DialRequest;

/** A data port that asks who comes, under unmodified clients. */
class AuthIT {
  private static final String SECRET = "a-secret-of-the-test";
  private static final String TOKEN = "a-token-of-the-crm";
  private static final String KEYS =
      """
      keys:
        - accessKeyId: AKIDADMIN
          secretAccessKey: %1$s
          rights: [submit, read, control]
        - accessKeyId: AKIDREADER
          secretAccessKey: %1$s
          rights: [read]
        - name: crm
          bearerSha256: %2$s
          rights: [submit]
      """
          .formatted(SECRET, sha256(TOKEN));

  @TempDir static Path directory;

  private static Path keyFile;
  private static Service service;
  private static ConnectCampaignsClient admin;
  private static String campaign;

  @BeforeAll
  static void start() throws IOException {
    keyFile = Files.writeString(directory.resolve("keys.yaml"), KEYS);
    service =
        Service.serve(directory, "doors.keyFile=" + keyFile, "campaignService.callsPerSecond=100");
    admin = client("AKIDADMIN", SECRET).build();
    campaign = create(admin);
    admin.startCampaign(r -> r.id(campaign));
  }

  @AfterAll
  static void stop() {
    admin.close();
    service.close();
  }

  // --- AWS's clients

  @Test
  void shouldServeWhoHoldsAKey() {
    put(admin, campaign, "by-admin");
    assertEquals(CampaignState.RUNNING, admin.getCampaignState(r -> r.id(campaign)).state());
    try (var reader = client("AKIDREADER", SECRET).build()) {
      assertEquals(campaign, reader.describeCampaign(r -> r.id(campaign)).campaign().id());
    }
  }

  @Test
  void shouldTellEachFailureByItsCode() {
    assertRefused("InvalidSignatureException", client("AKIDADMIN", "not-" + SECRET));
    assertRefused("UnrecognizedClientException", client("AKIDNOBODY", SECRET));
    assertRefused(
        "InvalidSignatureException", client("AKIDADMIN", SECRET).region(Region.EU_WEST_2));
  }

  private static void assertRefused(String code, ConnectCampaignsClientBuilder builder) {
    try (var client = builder.build()) {
      var thrown =
          assertThrows(ConnectCampaignsException.class, () -> put(client, campaign, "refused"));
      assertEquals(403, thrown.statusCode());
      assertEquals(code, thrown.awsErrorDetails().errorCode());
      assertFalse(thrown.requestId().isBlank());
      assertFalse(thrown.getMessage().contains(SECRET), thrown.getMessage());
    }
    assertEquals(404, adminsLook("refused"));
  }

  private static int adminsLook(String token) {
    try {
      String path = "/campaigns/" + campaign + "/dial-requests/" + token;
      return signedGet("AKIDADMIN", path).status();
    } catch (RuntimeException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldKeepAKeyToItsRights() {
    try (var reader = client("AKIDREADER", SECRET).build()) {
      assertThrows(AccessDeniedException.class, () -> put(reader, campaign, "read-only"));
      var thrown =
          assertThrows(
              AccessDeniedException.class, () -> reader.pauseCampaign(r -> r.id(campaign)));
      assertTrue(thrown.getMessage().contains("lacks the right control"), thrown.getMessage());
    }
  }

  @Test
  void shouldRefuseABodyChangedOnItsWay() {
    SdkHttpClient bare = UrlConnectionHttpClient.create();
    var meddling =
        new SdkHttpClient() {
          @Override
          public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return bare.prepareRequest(
                HttpExecuteRequest.builder()
                    .request(request.httpRequest())
                    .contentStreamProvider(
                        () -> {
                          try (var in = request.contentStreamProvider().orElseThrow().newStream()) {
                            String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                            return new ByteArrayInputStream(
                                body.replace("tampered-a", "tampered-b")
                                    .getBytes(StandardCharsets.UTF_8));
                          } catch (IOException e) {
                            throw new IllegalStateException(e);
                          }
                        })
                    .build());
          }

          @Override
          public void close() {
            bare.close();
          }
        };
    try (var client = client("AKIDADMIN", SECRET).httpClient(meddling).build()) {
      put(client, campaign, "untouched");
      var thrown =
          assertThrows(ConnectCampaignsException.class, () -> put(client, campaign, "tampered-a"));
      assertEquals("InvalidSignatureException", thrown.awsErrorDetails().errorCode());
    }
    assertEquals(200, adminsLook("untouched"));
    assertEquals(404, adminsLook("tampered-a"));
    assertEquals(404, adminsLook("tampered-b"));
  }

  @Test
  void shouldLetTheSdkSetItsClockRight() {
    var calls = new AtomicInteger();
    // It learns of a wrong time first, as if its own clock were an hour behind.
    var lie =
        new ExecutionInterceptor() {
          @Override
          public SdkHttpResponse modifyHttpResponse(
              Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
            return calls.incrementAndGet() > 1
                ? context.httpResponse()
                : context.httpResponse().toBuilder()
                    .statusCode(400)
                    .putHeader("x-amzn-ErrorType", "RequestExpired")
                    .putHeader(
                        "Date",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.now().plus(Duration.ofHours(1)).atZone(ZoneOffset.UTC)))
                    .build();
          }
        };
    try (var client =
        client("AKIDADMIN", SECRET)
            .overrideConfiguration(c -> c.addExecutionInterceptor(lie))
            .build()) {
      assertEquals(CampaignState.RUNNING, client.getCampaignState(r -> r.id(campaign)).state());
    }
    assertEquals(3, calls.get(), "the lie, the refusal with a true Date, the answer");
    assertTrue(refusals("RequestExpired") >= 1);
  }

  @Test
  void shouldServeTheSdkForJavaV1() {
    AmazonConnectCampaign client = v1(SECRET);
    assertEquals(
        "Running",
        client.getCampaignState(new GetCampaignStateRequest().withId(campaign)).getState());
    String other = create(admin);
    client.startCampaign(new StartCampaignRequest().withId(other));
    assertEquals(CampaignState.RUNNING, admin.getCampaignState(r -> r.id(other)).state());
    var thrown =
        assertThrows(
            AmazonConnectCampaignException.class,
            () -> v1("not-" + SECRET).startCampaign(new StartCampaignRequest().withId(other)));
    assertEquals("InvalidSignatureException", thrown.getErrorCode());
  }

  private static AmazonConnectCampaign v1(String secret) {
    return AmazonConnectCampaignClient.builder()
        .withEndpointConfiguration(new EndpointConfiguration(service.url("intake"), "us-east-1"))
        .withCredentials(
            new AWSStaticCredentialsProvider(new BasicAWSCredentials("AKIDADMIN", secret)))
        .build();
  }

  // --- plain posters

  @Test
  void shouldTakeDialRequestsFromABearer() {
    String line = Leads.item("by-crm", 1, Duration.ofHours(1)).toString();
    String batch = "{\"dialRequests\":[" + line.replace("by-crm", "by-crm-2") + "]}";
    String path = "/campaigns/" + campaign + "/dial-requests";
    try (var http = new RawHttp(service.url("intake"))) {
      String bearer = "Authorization: Bearer " + TOKEN + "\n";
      String json = bearer + "Content-Type: application/json\n";
      RawHttp.Reply put = http.request("PUT " + path, json, utf8(batch)).reply();
      assertEquals(200, put.status(), put.body());
      // The same connection goes on after a refusal.
      RawHttp.Reply denied = http.request("GET " + path + "/by-crm", bearer, utf8("")).reply();
      assertEquals("AccessDeniedException", denied.header("x-amzn-ErrorType"));
      String wrong = json.replace(TOKEN, "guessed");
      RawHttp.Reply unknown = http.request("PUT " + path, wrong, utf8(batch)).reply();
      assertEquals("UnrecognizedClientException", unknown.header("x-amzn-ErrorType"));
      RawHttp.Reply none =
          http.request("PUT " + path, "Content-Type: application/json\n", utf8(batch)).reply();
      assertEquals(403, none.status());
      assertEquals("MissingAuthenticationTokenException", none.header("x-amzn-ErrorType"));
    }
    Service.Answer lines =
        Service.call(
            "POST",
            service.url("intake") + path,
            "application/x-ndjson",
            line + "\n",
            Map.of("Authorization", "Bearer " + TOKEN));
    assertTrue(lines.body().contains("\"accepted\":1"), lines.body());
    assertEquals(200, adminsLook("by-crm"));
    assertEquals(200, adminsLook("by-crm-2"));
  }

  @Test
  void shouldEndAStreamOfAStrangerInOrder() {
    try (var http = new RawHttp(service.url("intake"))) {
      http.send(
          "POST /campaigns/"
              + campaign
              + "/dial-requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
              + "Content-Length: 100000000\r\n\r\n"
              + "{}\n".repeat(100_000));
      RawHttp.Reply reply = http.reply();
      assertEquals("MissingAuthenticationTokenException", reply.header("x-amzn-ErrorType"));
      assertTrue(http.isClosedInOrder());
    }
  }

  @Test
  void shouldAskWhoWatchesButNotWhoChecksHealth() {
    String management = service.url("management");
    assertEquals(200, Service.get(management + "/health/live").status());
    assertEquals(200, Service.get(management + "/health/ready").status());
    assertEquals(403, Service.get(management + "/metrics").status());
    int before = refusals("MissingAuthenticationTokenException");
    assertEquals(403, Service.get(service.url("intake") + "/spool").status());
    assertEquals(before + 1, refusals("MissingAuthenticationTokenException"));
  }

  // --- the file of keys

  @Test
  void shouldTakeUpAKeyWithoutARestart() throws IOException {
    String mine = create(admin);
    String others = create(admin);
    Path next = directory.resolve("next.yaml");
    Files.writeString(
        next,
        KEYS
            + "  - {accessKeyId: AKIDSPRING, secretAccessKey: "
            + SECRET
            + ", rights: [submit], campaigns: [\""
            + mine
            + "\"]}\n");
    Files.move(next, keyFile, StandardCopyOption.REPLACE_EXISTING);
    try (var spring = client("AKIDSPRING", SECRET).build()) {
      Service.await(
          "the key is known",
          Duration.ofSeconds(10),
          () -> {
            try {
              put(spring, mine, "mine");
              return true;
            } catch (ConnectCampaignsException e) {
              assertEquals("UnrecognizedClientException", e.awsErrorDetails().errorCode());
              return false;
            }
          });
      assertThrows(AccessDeniedException.class, () -> put(spring, others, "others"));
      assertThrows(AccessDeniedException.class, () -> spring.describeCampaign(r -> r.id(mine)));
    }
  }

  @Test
  void shouldNotStartWithKeysItDoesNotUnderstand(@TempDir Path other) throws IOException {
    Path broken = other.resolve("keys.yaml");
    Files.writeString(broken, KEYS.replace("[read]", "[write]"));
    Service.Ran ran = Service.serveInVain(other, "doors.keyFile=" + broken);
    assertEquals(2, ran.exitCode(), ran.err());
    assertTrue(
        ran.err()
            .contains(
                "doors.keyFile: keys[1].rights[0]: write (expected: submit, read or control, each at most once)"),
        ran.err());
    assertFalse(ran.err().contains(SECRET), ran.err());
  }

  // --- the other side

  @Test
  void shouldNotPassACallToAmazonForJustAnybody(@TempDir Path other) {
    try (Service serve =
        Service.serve(
            other,
            "target.kind=connect-campaigns",
            "target.accessKeyId=AKIDUNUSED",
            "target.secretAccessKey=unused")) {
      Service.Answer answer = Service.get(serve.url("intake") + "/campaigns/c-1");
      assertEquals(403, answer.status());
      assertTrue(answer.body().contains("right control"), answer.body());
      assertEquals(200, Service.get(serve.url("intake") + "/spool").status());
    }
  }

  @Test
  void shouldCallACampaignServiceThatAsksForKeys(@TempDir Path other) {
    try (Service serve =
        Service.serve(
            other,
            "campaignService.keyFile=" + keyFile,
            "target.accessKeyId=AKIDADMIN",
            "target.secretAccessKey=" + SECRET)) {
      assertEquals(403, Service.get(serve.url("target") + "/faults").status());
      String started = Leads.running(serve.url("intake"), "spring");
      Leads.put(serve.url("intake"), started, Leads.item("t-1", 1, Duration.ofHours(1)));
      Service.await(
          "the request is submitted",
          Duration.ofSeconds(20),
          () -> serve.report(started).path("counts").path("submitted").asInt() == 1);
    }
    Service.Ran ran = Service.serveInVain(other, "campaignService.keyFile=" + keyFile);
    assertEquals(2, ran.exitCode());
    assertTrue(ran.err().contains("target.accessKeyId: (empty)"), ran.err());
  }

  @Test
  void shouldAskAtACampaignServiceAlone(@TempDir Path other) {
    try (Service alone = Service.campaignService(other, "--key-file", keyFile.toString())) {
      String url = alone.url("campaign-service");
      assertEquals(403, Service.get(url + "/dial-requests?campaign=c").status());
      try (var client = client("AKIDADMIN", SECRET).endpointOverride(URI.create(url)).build()) {
        assertFalse(create(client).isEmpty());
      }
    }
  }

  // --- clients

  private static ConnectCampaignsClientBuilder client(String accessKeyId, String secret) {
    return ConnectCampaignsClient.builder()
        .endpointOverride(URI.create(service.url("intake")))
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, secret)));
  }

  private static String create(ConnectCampaignsClient sdk) {
    return sdk.createCampaign(
            r ->
                r.name("c-" + NAMES.incrementAndGet())
                    .connectInstanceId("i-1")
                    .dialerConfig(d -> d.progressiveDialerConfig(p -> p.bandwidthAllocation(1.0)))
                    .outboundCallConfig(o -> o.connectContactFlowId("f-1").connectQueueId("q-1")))
        .id();
  }

  private static final AtomicInteger NAMES = new AtomicInteger();

  private static void put(ConnectCampaignsClient sdk, String id, String token) {
    sdk.putDialRequestBatch(
        r ->
            r.id(id)
                .dialRequests(
                    DialRequest.builder()
                        .clientToken(token)
                        .phoneNumber(Leads.number(1))
                        .expirationTime(Instant.now().plus(Duration.ofHours(1)))
                        .attributes(Map.of())
                        .build()));
  }

  private static Service.Answer signedGet(String accessKeyId, String path) {
    String url = service.url("intake");
    return Service.call(
        "GET", url + path, "", "", SignedHeaders.of(accessKeyId, SECRET, url, path));
  }

  /** How often it was refused so, as the metrics tell. */
  private static int refusals(String code) {
    String url = service.url("management");
    String metrics =
        Service.call(
                "GET",
                url + "/metrics",
                "",
                "",
                SignedHeaders.of("AKIDREADER", SECRET, url, "/metrics"))
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("dialspool_intake_refused"))
        .filter(line -> line.contains("\"" + code + "\""))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
