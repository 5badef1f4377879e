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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaigns.model.CampaignState;
import software.amazon.awssdk.services.connectcampaigns.model.InvalidCampaignStateException;

/** Campaigns started, paused, resumed and stopped through the intake port while leads pour in. */
class LifeCycleIT {
  private static final int ROWS = 20_000;

  /** What was on its way when the pause was answered has arrived by then. */
  private static final Duration ON_ITS_WAY = Duration.ofMillis(250);

  @TempDir Path directory;
  private Service target;
  private Tap tap;
  private Service service;
  private ConnectCampaignsClient sdk;

  @BeforeEach
  void start() {
    target =
        Service.campaignService(
            directory.resolve("target"), "--calls-per-second", "100", "--burst", "100");
    tap = new Tap(target.url("campaign-service"));
    service =
        Service.serve(
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + tap.url(),
            "target.accessKeyId=test",
            "target.secretAccessKey=test",
            "target.callsPerSecond=100");
    sdk =
        ConnectCampaignsClient.builder()
            .endpointOverride(URI.create(service.url("intake")))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
            .build();
  }

  @AfterEach
  void stop() {
    sdk.close();
    service.close();
    tap.close();
    target.close();
  }

  @Test
  void shouldBeginNoCallAfterAPauseWasAnsweredWhileAReplayRuns() throws Exception {
    String campaign = Leads.created(service.url("intake"), "on and off");
    sdk.startCampaign(r -> r.id(campaign));
    Path file = Leads.csv(directory.resolve("leads.csv"), "row", 0, ROWS);
    CompletableFuture<Service.Ran> replay =
        CompletableFuture.supplyAsync(
            () ->
                Service.run(
                    "replay",
                    file.toString(),
                    "--endpoint",
                    service.url("intake"),
                    "--campaign",
                    campaign,
                    "--map",
                    "phoneNumber=phone",
                    "--expires-in",
                    "4h",
                    "--json"));
    var tokens = new ArrayList<String>(Leads.tokens("row", 0, ROWS));
    for (int round = 0; round < 4; round++) {
      int more = submitted(campaign) + 500;
      Service.await("leads flow", Duration.ofSeconds(30), () -> submitted(campaign) >= more);
      sdk.pauseCampaign(r -> r.id(campaign));
      Instant paused = Instant.now();
      Leads.putAll(service.url("intake"), campaign, "paused-" + round, 0, 50, Duration.ofHours(1));
      tokens.addAll(Leads.tokens("paused-" + round, 0, 50));
      Instant until = paused.plusMillis(1_500);
      Service.await("the pause lasts", Duration.ofSeconds(10), () -> Instant.now().isAfter(until));
      assertEquals(
          "CAMPAIGN_PAUSED",
          service.status(campaign, "paused-" + round + "-0").path("waitingFor").asText());
      assertEquals(CampaignState.PAUSED, sdk.getCampaignState(r -> r.id(campaign)).state());
      Instant resumed = Instant.now();
      sdk.resumeCampaign(r -> r.id(campaign));
      assertEquals(List.of(), tap.putsBetween(paused.plus(ON_ITS_WAY), resumed));
    }
    assertEquals(ROWS, replay.get(60, TimeUnit.SECONDS).json().path("accepted").asInt());
    Service.await(
        "all are submitted", Duration.ofSeconds(60), () -> submitted(campaign) == tokens.size());
    assertConserved();
    Leads.expectEachOnce(Service.record(target.url("campaign-service"), campaign), tokens);
  }

  @Test
  void shouldEndWhatWaitsOnceTheCampaignIsStoppedThroughUs() {
    String campaign = Leads.created(service.url("intake"), "stopped");
    sdk.startCampaign(r -> r.id(campaign));
    sdk.pauseCampaign(r -> r.id(campaign));
    Leads.putAll(service.url("intake"), campaign, "t", 0, 50, Duration.ofHours(1));
    sdk.stopCampaign(r -> r.id(campaign));
    Service.await(
        "all are undeliverable",
        Duration.ofSeconds(10),
        () -> service.report(campaign).at("/counts/undeliverable").asInt() == 50);
    assertEquals("CAMPAIGN_STOPPED", service.status(campaign, "t-7").path("reason").asText());
    InvalidCampaignStateException refused =
        assertThrows(
            InvalidCampaignStateException.class, () -> sdk.resumeCampaign(r -> r.id(campaign)));
    assertEquals(CampaignState.STOPPED, refused.state());
    assertEquals(
        409,
        Leads.put(service.url("intake"), campaign, Leads.item("late", 1, Duration.ofHours(1)))
            .status());
    assertEquals(List.of(), Service.record(target.url("campaign-service"), campaign));
    assertConserved();
  }

  private int submitted(String campaign) {
    return service.report(campaign).at("/counts/submitted").asInt();
  }

  private void assertConserved() {
    JsonNode spool = Service.get(service.url("intake") + "/spool").json();
    assertTrue(spool.path("conserved").asBoolean(), spool::toString);
  }
}
