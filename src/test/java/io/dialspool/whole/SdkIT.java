package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaigns.model.CampaignState;
import software.amazon.awssdk.services.connectcampaigns.model.DialRequest;
import software.amazon.awssdk.services.connectcampaigns.model.FailedRequest;
import software.amazon.awssdk.services.connectcampaigns.model.FailureCode;
import software.amazon.awssdk.services.connectcampaigns.model.InvalidCampaignStateException;
import software.amazon.awssdk.services.connectcampaigns.model.PutDialRequestBatchResponse;
import software.amazon.awssdk.services.connectcampaigns.model.ResourceNotFoundException;
import software.amazon.awssdk.services.connectcampaigns.model.SuccessfulRequest;
import software.amazon.awssdk.services.connectcampaigns.model.ValidationException;

/** The intake port under the unmodified AWS SDK for Java v2. */
class SdkIT {
  @TempDir static Path directory;

  private static Service service;
  private static ConnectCampaignsClient sdk;

  @BeforeAll
  static void start() {
    service =
        Service.serve(directory, "campaignService.callsPerSecond=100", "target.callsPerSecond=100");
    sdk =
        ConnectCampaignsClient.builder()
            .endpointOverride(URI.create(service.url("intake")))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .build();
  }

  @AfterAll
  static void stop() {
    sdk.close();
    service.close();
  }

  @Test
  void shouldTakeFullBatchesAndSendEachRequestOnce() {
    String campaign = create("full batches");
    sdk.startCampaign(r -> r.id(campaign));
    var ids = new ArrayList<String>();
    for (int batch = 0; batch < 8; batch++) {
      int first = batch * 25;
      PutDialRequestBatchResponse answer =
          put(
              campaign,
              IntStream.range(first, first + 25).mapToObj(i -> lead("t-" + i, i)).toList());
      assertEquals(List.of(), answer.failedRequests());
      assertEquals(
          Leads.tokens("t", first, first + 25),
          answer.successfulRequests().stream().map(SuccessfulRequest::clientToken).toList());
      answer.successfulRequests().forEach(taken -> ids.add(taken.id()));
    }
    assertEquals(200, ids.stream().distinct().count());
    assertTrue(ids.stream().allMatch(id -> id.matches("ds-\\d+-\\d+")), ids::toString);

    Service.await(
        "all submitted",
        Duration.ofSeconds(20),
        () -> service.report(campaign).path("counts").path("submitted").asInt() == 200);
    List<JsonNode> record = Service.record(service.url("target"), campaign);
    Leads.expectEachOnce(record, Leads.tokens("t", 0, 200));
    assertTrue(record.stream().allMatch(line -> line.path("times").asInt() == 1));
    JsonNode one =
        record.stream().filter(l -> l.path("clientToken").asText().equals("t-7")).findFirst().get();
    assertEquals(Leads.number(7), one.path("phoneNumber").asText());
    assertEquals("Zoë 7", one.path("attributes").path("first_name").asText());
  }

  @Test
  void shouldFailSingleItemsAndTakeTheOthers() {
    String campaign = create("single faults");
    PutDialRequestBatchResponse answer =
        put(
            campaign,
            List.of(
                lead("good", 1),
                lead("short", 2).toBuilder().phoneNumber("+120").build(),
                lead("local", 3).toBuilder().phoneNumber("+15550100").build(),
                lead("bare", 4).toBuilder().phoneNumber("12065550100").build(),
                lead("past", 5).toBuilder().expirationTime(Instant.now().minusSeconds(60)).build(),
                lead("late", 6).toBuilder()
                    .expirationTime(Instant.now().plus(Duration.ofDays(31)))
                    .build(),
                lead("name", 7).toBuilder().attributes(Map.of("first name", "x")).build(),
                lead("also-good", 8)));
    assertEquals(
        List.of("good", "also-good"),
        answer.successfulRequests().stream().map(SuccessfulRequest::clientToken).toList());
    assertEquals(
        List.of("short", "local", "bare", "past", "late", "name"),
        answer.failedRequests().stream().map(FailedRequest::clientToken).toList());
    assertTrue(
        answer.failedRequests().stream()
            .allMatch(failed -> failed.failureCode() == FailureCode.INVALID_INPUT));
    assertEquals(2, service.report(campaign).path("counts").path("accepted").asInt());
  }

  @Test
  void shouldThrowTypedExceptionForAnUnknownCampaign() {
    ResourceNotFoundException thrown =
        assertThrows(
            ResourceNotFoundException.class, () -> put("no-such-campaign", List.of(lead("t", 1))));
    assertEquals(404, thrown.statusCode());
    assertTrue(!thrown.requestId().isBlank());
  }

  @Test
  void shouldThrowTypedExceptionWithTheStateOfAStoppedCampaign() {
    String campaign = create("stopped");
    sdk.startCampaign(r -> r.id(campaign));
    sdk.stopCampaign(r -> r.id(campaign));
    InvalidCampaignStateException thrown =
        assertThrows(
            InvalidCampaignStateException.class, () -> put(campaign, List.of(lead("t", 1))));
    assertEquals(409, thrown.statusCode());
    assertEquals(CampaignState.STOPPED, thrown.state());
  }

  @Test
  void shouldThrowTypedExceptionForABatchThatIsTooLong() {
    String campaign = create("too long");
    ValidationException thrown =
        assertThrows(
            ValidationException.class,
            () -> put(campaign, IntStream.range(0, 26).mapToObj(i -> lead("t-" + i, i)).toList()));
    assertTrue(thrown.getMessage().contains("dialRequests"), thrown::getMessage);
    assertThrows(ValidationException.class, () -> put(campaign, List.of()));
    assertEquals(
        404, Service.get(service.url("intake") + "/campaigns/" + campaign + "/spool").status());
  }

  @Test
  void shouldPassTheOtherOperationsOn() {
    String campaign = create("passed on");
    assertEquals("passed on", sdk.describeCampaign(r -> r.id(campaign)).campaign().name());
    assertEquals(CampaignState.INITIALIZED, sdk.getCampaignState(r -> r.id(campaign)).state());
    assertTrue(
        sdk.listCampaigns(r -> r.maxResults(50)).campaignSummaryList().stream()
            .anyMatch(c -> c.id().equals(campaign)));
    assertEquals(
        campaign,
        sdk.getCampaignStateBatch(r -> r.campaignIds(campaign))
            .successfulRequests()
            .get(0)
            .campaignId());
    sdk.deleteCampaign(r -> r.id(campaign));
    assertThrows(ResourceNotFoundException.class, () -> sdk.describeCampaign(r -> r.id(campaign)));
  }

  private static String create(String name) {
    return sdk.createCampaign(
            r ->
                r.name(name)
                    .connectInstanceId("i-1")
                    .dialerConfig(d -> d.progressiveDialerConfig(p -> p.bandwidthAllocation(1.0)))
                    .outboundCallConfig(o -> o.connectContactFlowId("f-1").connectQueueId("q-1")))
        .id();
  }

  private static PutDialRequestBatchResponse put(String campaign, List<DialRequest> items) {
    return sdk.putDialRequestBatch(r -> r.id(campaign).dialRequests(items));
  }

  private static DialRequest lead(String token, int i) {
    return DialRequest.builder()
        .clientToken(token)
        .phoneNumber(Leads.number(i))
        .expirationTime(Instant.now().plus(Duration.ofHours(1)))
        .attributes(Map.of("first_name", "Zoë " + i))
        .build();
  }
}
