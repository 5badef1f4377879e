package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.config.ConfigException;
import io.dialspool.http.Entrance;
import io.dialspool.http.PortUnavailableException;
import io.dialspool.store.StoreException;
import io.dialspool.time.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaigns.model.ConflictException;
import software.amazon.awssdk.services.connectcampaigns.model.DialRequest;
import software.amazon.awssdk.services.connectcampaigns.model.InvalidCampaignStateException;
import software.amazon.awssdk.services.connectcampaigns.model.InvalidStateException;
import software.amazon.awssdk.services.connectcampaigns.model.PutDialRequestBatchResponse;
import software.amazon.awssdk.services.connectcampaigns.model.ResourceNotFoundException;
import software.amazon.awssdk.services.connectcampaigns.model.ThrottlingException;
import software.amazon.awssdk.services.connectcampaigns.model.ValidationException;
import software.amazon.awssdk.services.connectcampaignsv2.ConnectCampaignsV2Client;

/** The service on its port, called by the unmodified AWS SDK for Java v2 and by plain HTTP. */
class CampaignServiceSdkTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private CampaignService service;
  private ConnectCampaignsClient sdk;

  @BeforeEach
  void start(@TempDir Path temporary) {
    directory = temporary;
    open(1000, 1000);
  }

  private void open(double callsPerSecond, int burst) {
    service =
        CampaignService.start(config(callsPerSecond, burst, 0, ""), Entrance.OPEN, Clock.SYSTEM);
    sdk =
        ConnectCampaignsClient.builder()
            .endpointOverride(URI.create(service.url()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)))
            .build();
  }

  private CampaignServiceConfig config(double callsPerSecond, int burst, int port, String faults) {
    return new CampaignServiceConfig(
        "127.0.0.1",
        port,
        directory.resolve("service").toString(),
        callsPerSecond,
        burst,
        100,
        20_000,
        90_000,
        0.35,
        50_000,
        0,
        0,
        3_000,
        faults,
        1,
        "");
  }

  @AfterEach
  void stop() {
    sdk.close();
    service.close();
  }

  @Test
  void shouldTakeACampaignThroughItsLifeBySdk() {
    String id = create("spring");
    assertEquals("Initialized", state(id));
    sdk.startCampaign(r -> r.id(id));
    assertEquals("Running", state(id));
    sdk.pauseCampaign(r -> r.id(id));
    assertEquals("Paused", state(id));
    sdk.resumeCampaign(r -> r.id(id));
    assertEquals("Running", state(id));
    sdk.stopCampaign(r -> r.id(id));
    assertEquals("Stopped", state(id));
    sdk.deleteCampaign(r -> r.id(id));
    assertThrows(ResourceNotFoundException.class, () -> state(id));
  }

  @Test
  void shouldDescribeWhatWasCreated() {
    String id = create("spring");
    var campaign = sdk.describeCampaign(r -> r.id(id)).campaign();
    assertEquals("spring", campaign.name());
    assertEquals("arn:aws:connect-campaigns:us-east-1:123456789012:campaign/" + id, campaign.arn());
    assertEquals("instance-1", campaign.connectInstanceId());
    assertEquals(0.5, campaign.dialerConfig().predictiveDialerConfig().bandwidthAllocation());
    assertNull(campaign.dialerConfig().progressiveDialerConfig());
    assertEquals("queue", campaign.outboundCallConfig().connectQueueId());
    assertTrue(
        campaign
            .outboundCallConfig()
            .answerMachineDetectionConfig()
            .enableAnswerMachineDetection());
    assertEquals(Map.of("owner", "me"), campaign.tags());
  }

  @Test
  void shouldListCampaignsPageByPageBySdk() {
    var ids = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      ids.add(create("campaign-" + i));
    }
    var listed = new ArrayList<String>();
    sdk.listCampaignsPaginator(
            r ->
                r.maxResults(2)
                    .filters(f -> f.instanceIdFilter(i -> i.value("instance-1").operator("Eq"))))
        .campaignSummaryList()
        .forEach(summary -> listed.add(summary.id()));
    assertEquals(ids, listed);
    assertEquals(5, sdk.listCampaigns(r -> {}).campaignSummaryList().size());
  }

  @Test
  void shouldTellManyStatesAtOnceBySdk() {
    String id = create("spring");
    var answer = sdk.getCampaignStateBatch(r -> r.campaignIds(id, "nobody"));
    assertEquals(id, answer.successfulRequests().get(0).campaignId());
    assertEquals("Initialized", answer.successfulRequests().get(0).stateAsString());
    assertEquals("nobody", answer.failedRequests().get(0).campaignId());
    assertEquals("ResourceNotFound", answer.failedRequests().get(0).failureCodeAsString());
  }

  @Test
  void shouldTagAndUntagBySdk() {
    String id = create("spring");
    String arn = sdk.describeCampaign(r -> r.id(id)).campaign().arn();
    sdk.tagResource(r -> r.arn(arn).tags(Map.of("k/2", "ä b", "a+b", "")));
    assertEquals(
        Map.of("owner", "me", "k/2", "ä b", "a+b", ""),
        sdk.listTagsForResource(r -> r.arn(arn)).tags());
    sdk.untagResource(r -> r.arn(arn).tagKeys("k/2", "a+b"));
    assertEquals(Map.of("owner", "me"), sdk.listTagsForResource(r -> r.arn(arn)).tags());
  }

  @Test
  void shouldOnboardAnInstanceBySdk() {
    var job =
        sdk.startInstanceOnboardingJob(
            r -> r.connectInstanceId("i-1").encryptionConfig(e -> e.enabled(false)));
    assertEquals("IN_PROGRESS", job.connectInstanceOnboardingJobStatus().statusAsString());
    assertEquals(
        job.connectInstanceOnboardingJobStatus(),
        sdk.getInstanceOnboardingJobStatus(r -> r.connectInstanceId("i-1"))
            .connectInstanceOnboardingJobStatus());
    assertThrows(
        InvalidStateException.class,
        () -> sdk.deleteInstanceOnboardingJob(r -> r.connectInstanceId("i-1")));
  }

  @Test
  void shouldServeTheLifeCycleOfVersionTwoBySdk() throws Exception {
    String id = running("spring");
    try (var v2 =
        ConnectCampaignsV2Client.builder()
            .endpointOverride(URI.create(service.url()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)))
            .build()) {
      v2.pauseCampaign(r -> r.id(id));
      assertEquals("Paused", state(id));
      String completed = "{\"campaignId\":\"" + id + "\",\"state\":\"Completed\"}";
      assertEquals(completed, send("PUT", "/campaign-states", completed).body());
      assertEquals("Completed", v2.getCampaignState(r -> r.id(id)).stateAsString());
      var refused =
          assertThrows(
              software.amazon.awssdk.services.connectcampaignsv2.model.InvalidCampaignStateException
                  .class,
              () -> v2.resumeCampaign(r -> r.id(id)));
      assertEquals("Completed", refused.stateAsString());
    }
    assertEquals(
        404,
        send("PUT", "/campaign-states", "{\"campaignId\":\"x\",\"state\":\"Failed\"}")
            .statusCode());
    assertEquals(
        400,
        send("PUT", "/campaign-states", "{\"campaignId\":\"x\",\"state\":\"Odd\"}").statusCode());
  }

  @Test
  void shouldTakeDialRequestsBySdkAndListThemInOrderOfArrival() throws Exception {
    String id = running("spring");
    Instant expiration = Instant.now().plusSeconds(300);
    PutDialRequestBatchResponse answer =
        put(
            id,
            item("t-1", "+12065550100", expiration, Map.of("first_name", "Ann \"Ä\" \uD83D\uDE00")),
            item("t-2", "206-555-0100", expiration, Map.of()),
            item("t-3", "+12065550101", expiration, Map.of()));
    assertEquals(
        List.of("t-1", "t-3"),
        answer.successfulRequests().stream().map(s -> s.clientToken()).toList());
    assertEquals("t-2", answer.failedRequests().get(0).clientToken());
    assertEquals("InvalidInput", answer.failedRequests().get(0).failureCodeAsString());
    put(id, item("t-1", "+12065550100", expiration, Map.of()));

    List<JsonNode> record = record(id);
    assertEquals(2, record.size());
    JsonNode first = record.get(0);
    assertEquals(
        List.of(
            "campaignId",
            "clientToken",
            "id",
            "phoneNumber",
            "receivedAt",
            "expirationTime",
            "attributes",
            "times",
            "dialledAt"), // an agent is free
        first.properties().stream().map(Map.Entry::getKey).toList());
    assertEquals(id, first.path("campaignId").asText());
    assertEquals("t-1", first.path("clientToken").asText());
    assertEquals(answer.successfulRequests().get(0).id(), first.path("id").asText());
    assertEquals("+12065550100", first.path("phoneNumber").asText());
    assertEquals(
        expiration.toEpochMilli(),
        Instant.parse(first.path("expirationTime").asText()).toEpochMilli());
    assertEquals("Ann \"Ä\" \uD83D\uDE00", first.path("attributes").path("first_name").asText());
    assertEquals(2, first.path("times").asInt());
    assertEquals(1, record.get(1).path("times").asInt());
  }

  @Test
  void shouldTellTheStateInInvalidCampaignStateExceptionBySdk() {
    String id = create("spring");
    var refused =
        assertThrows(
            InvalidCampaignStateException.class,
            () -> put(id, item("t-1", "+12065550100", Instant.now().plusSeconds(300), Map.of())));
    assertEquals("Initialized", refused.stateAsString());
    assertEquals(409, refused.statusCode());
    assertNotNull(refused.requestId());
  }

  @Test
  void shouldRaiseTypedExceptionsBySdk() {
    create("spring");
    assertThrows(ConflictException.class, () -> create("spring"));
    assertThrows(ResourceNotFoundException.class, () -> sdk.startCampaign(r -> r.id("nobody")));
    var refused =
        assertThrows(
            ValidationException.class,
            () -> sdk.putDialRequestBatch(r -> r.id("x").dialRequests(List.of())));
    assertEquals(
        "dialRequests: 0 items (expected: 1 to 25 items)",
        refused.awsErrorDetails().errorMessage());
  }

  @Test
  void shouldThrottleBeyondTheQuotaBySdk() {
    stop();
    open(10, 10);
    String id = running("spring");
    var items = List.of(item("t-1", "+12065550100", Instant.now().plusSeconds(300), Map.of()));
    assertThrows(
        ThrottlingException.class,
        () -> {
          for (int i = 0; i < 1000; i++) {
            sdk.putDialRequestBatch(r -> r.id(id).dialRequests(items));
          }
        });
  }

  @Test
  void shouldKeepEverythingOverARestart() throws Exception {
    String id = running("spring");
    Instant expiration = Instant.now().plusSeconds(300);
    String dialRequestId =
        put(id, item("t-1", "+12065550100", expiration, Map.of())).successfulRequests().get(0).id();
    stop();
    open(1000, 1000);
    assertEquals("Running", state(id));
    assertEquals(
        dialRequestId,
        put(id, item("t-1", "+12065550100", expiration, Map.of()))
            .successfulRequests()
            .get(0)
            .id());
    assertEquals(2, record(id).get(0).path("times").asInt());
  }

  @Test
  void shouldStreamALongRecordWhole() throws Exception {
    String id = running("spring");
    String value = "x".repeat(30_000);
    Instant expiration = Instant.now().plusSeconds(300);
    for (int batch = 0; batch < 8; batch++) {
      var items = new ArrayList<DialRequest>();
      for (int i = 0; i < 25; i++) {
        items.add(item("t-" + batch + "-" + i, "+12065550100", expiration, Map.of("a", value)));
      }
      put(id, items.toArray(DialRequest[]::new));
    }
    List<JsonNode> record = record(id);
    assertEquals(200, record.size());
    assertEquals("t-0-0", record.get(0).path("clientToken").asText());
    assertEquals("t-7-24", record.get(199).path("clientToken").asText());
    assertEquals(value, record.get(199).path("attributes").path("a").asText());
  }

  @Test
  void shouldKeepTheRecordOfADeletedCampaignAndKnowNoOther() throws Exception {
    String id = running("spring");
    put(id, item("t-1", "+12065550100", Instant.now().plusSeconds(300), Map.of()));
    sdk.deleteCampaign(r -> r.id(id));
    assertEquals(1, record(id).size());
    assertEquals(404, get("/dial-requests?campaign=nobody").statusCode());
    assertEquals(400, get("/dial-requests").statusCode());
  }

  @Test
  void shouldCountTheContactsOfACampaign() throws Exception {
    String id = running("spring");
    put(id, item("t-1", "+12065550100", Instant.now().plusSeconds(300), Map.of()));
    JsonNode counts = JSON.readTree(get("/contacts?campaign=" + id).body());
    assertEquals(
        List.of(
            "taken",
            "buffered",
            "ringing",
            "talking",
            "answered",
            "notAnswered",
            "failed",
            "expired",
            "disconnectReasons"),
        counts.properties().stream().map(Map.Entry::getKey).toList());
    assertEquals(1, counts.path("taken").asInt());
    assertEquals(1, counts.path("ringing").asInt());
    assertEquals(0, counts.path("disconnectReasons").path("EXPIRED").asInt(-1));
    assertEquals(404, get("/contacts?campaign=nobody").statusCode());
    assertEquals(400, get("/contacts?campaign=").statusCode());
    assertEquals(404, send("POST", "/contacts?campaign=" + id, "").statusCode());
  }

  @Test
  void shouldHaveDoneWhatADroppedAnswerDoesNotTell() throws Exception {
    String id = running("spring");
    var one = item("t-1", "+12065550100", Instant.now().plusSeconds(300), Map.of());
    var two = item("t-2", "+12065550100", Instant.now().plusSeconds(300), Map.of());
    assertEquals(200, putFaults("{\"shareDroppedAfter\":1}").statusCode());
    assertThrows(SdkClientException.class, () -> put(id, one));
    assertEquals(200, putFaults("{\"shareDroppedBefore\":1}").statusCode());
    assertThrows(SdkClientException.class, () -> put(id, two));
    assertEquals(200, putFaults("{}").statusCode());
    assertEquals(1, record(id).size());
    assertEquals("t-1", record(id).get(0).path("clientToken").asText());
  }

  @Test
  void shouldShowTheFaultsThatAreSet() throws Exception {
    HttpResponse<String> set =
        putFaults("{\"share429\":1,\"retryAfterSeconds\":7,\"buffer\":5,\"latencyMs\":20}");
    assertEquals(200, set.statusCode());
    JsonNode faults = JSON.readTree(get("/faults").body());
    assertEquals(1.0, faults.path("share429").asDouble());
    assertEquals(5, faults.path("buffer").asInt());
    assertFalse(faults.has("agents"));
    HttpResponse<String> throttled = send("PUT", "/campaigns/x/dial-requests", "{}");
    assertEquals(429, throttled.statusCode());
    assertEquals("7", throttled.headers().firstValue("Retry-After").orElse(""));
    HttpResponse<String> refused = putFaults("{\"share420\":1}");
    assertEquals(400, refused.statusCode());
    assertTrue(refused.body().contains("share420: unknown"), refused.body());
  }

  @Test
  void shouldAnswerUnknownOperationsInJson() throws Exception {
    for (String call :
        List.of(
            "GET /",
            "POST /campaigns",
            "GET /campaigns/x/",
            "PUT /v2/campaigns",
            "PATCH /faults")) {
      HttpResponse<String> answer =
          send(call.substring(0, call.indexOf(' ')), call.substring(call.indexOf('/')), "");
      assertEquals(404, answer.statusCode(), call);
      assertEquals(
          "UnknownOperationException", answer.headers().firstValue("x-amzn-ErrorType").orElse(""));
      assertTrue(JSON.readTree(answer.body()).has("message"));
    }
    assertEquals(400, get("/campaigns/").statusCode());
  }

  @Test
  void shouldRefuseToStartWithoutItsPortDirectoryOrFaultsFile() throws Exception {
    assertThrows(
        StoreException.class,
        () -> CampaignService.start(config(10, 10, 0, ""), Entrance.OPEN, Clock.SYSTEM));
    service.close();
    Path faults = Files.writeString(directory.resolve("faults.json"), "{\"share429\":2}");
    var wrong =
        assertThrows(
            ConfigException.class,
            () ->
                CampaignService.start(
                    config(10, 10, 0, faults.toString()), Entrance.OPEN, Clock.SYSTEM));
    assertEquals(
        List.of(
            "campaignService.faults: "
                + faults
                + ": share429: out of range (expected: number from 0 to 1)"),
        wrong.faults());
    try (var holder = new ServerSocket()) {
      holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      assertThrows(
          PortUnavailableException.class,
          () ->
              CampaignService.start(
                  config(10, 10, holder.getLocalPort(), ""), Entrance.OPEN, Clock.SYSTEM));
    }
  }

  private String create(String name) {
    return sdk.createCampaign(
            r ->
                r.name(name)
                    .connectInstanceId("instance-1")
                    .dialerConfig(d -> d.predictiveDialerConfig(p -> p.bandwidthAllocation(0.5)))
                    .outboundCallConfig(
                        o ->
                            o.connectContactFlowId("flow")
                                .connectQueueId("queue")
                                .answerMachineDetectionConfig(
                                    a -> a.enableAnswerMachineDetection(true)))
                    .tags(Map.of("owner", "me")))
        .id();
  }

  private String running(String name) {
    String id = create(name);
    sdk.startCampaign(r -> r.id(id));
    return id;
  }

  private String state(String id) {
    return sdk.getCampaignState(r -> r.id(id)).stateAsString();
  }

  private PutDialRequestBatchResponse put(String id, DialRequest... items) {
    return sdk.putDialRequestBatch(r -> r.id(id).dialRequests(items));
  }

  private static DialRequest item(
      String token, String number, Instant expiration, Map<String, String> attributes) {
    return DialRequest.builder()
        .clientToken(token)
        .phoneNumber(number)
        .expirationTime(expiration)
        .attributes(attributes)
        .build();
  }

  private List<JsonNode> record(String id) throws Exception {
    HttpResponse<String> answer = get("/dial-requests?campaign=" + id);
    assertEquals(200, answer.statusCode());
    assertEquals("application/x-ndjson", answer.headers().firstValue("content-type").orElse(""));
    var lines = new ArrayList<JsonNode>();
    for (String line : answer.body().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path, "");
  }

  private HttpResponse<String> putFaults(String faults) throws Exception {
    return send("PUT", "/faults", faults);
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(service.url() + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body, UTF_8))
            .build(),
        HttpResponse.BodyHandlers.ofString(UTF_8));
  }
}
