package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.config.CampaignServiceConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service's record says of its contacts, and what of it outlives a crash. */
class ContactRecordTest {
  private static final String PREDICTIVE =
      "{\"predictiveDialerConfig\":{\"bandwidthAllocation\":1}}";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> COURSE =
      List.of("dialledAt", "answeredAt", "endedAt", "outcome", "disconnectReason");

  private final MovedClock clock = new MovedClock();
  private final FakeStore store = new FakeStore();
  private OutboundCampaigns campaigns = started(5, 0);
  private String id = "";

  @BeforeEach
  void start() {
    id = running(PREDICTIVE);
  }

  @Test
  void shouldTellOfAContactWhatHasHappenedYet() {
    put("t", 6, 60_000);
    JsonNode dialled = record().get(0);
    assertEquals(Instant.ofEpochMilli(MovedClock.START_MS), instant(dialled, "dialledAt"));
    assertFalse(dialled.has("endedAt") || dialled.has("outcome"), dialled::toString);
    JsonNode waiting = record().get(5);
    COURSE.forEach(member -> assertFalse(waiting.has(member), waiting::toString));

    call("POST", "/campaigns/" + id + "/pause", "");
    clock.pass(3_600_000);
    JsonNode ended = record().get(0);
    assertTrue(instant(ended, "endedAt").isAfter(instant(ended, "dialledAt")));
    DisconnectReason reason = DisconnectReason.valueOf(ended.path("disconnectReason").asText());
    assertEquals(reason.outcome().name(), ended.path("outcome").asText());
    assertEquals(reason.outcome() == DisconnectReason.Outcome.ANSWERED, ended.has("answeredAt"));

    JsonNode expired = record().get(5);
    assertFalse(expired.has("dialledAt"));
    assertEquals(expired.path("expirationTime"), expired.path("endedAt"));
    assertEquals("EXPIRED", expired.path("outcome").asText());
    assertEquals("EXPIRED", expired.path("disconnectReason").asText());
  }

  @Test
  void shouldCountWhatTheRecordTells() {
    put("t", 200, 300_000);
    for (int look = 0; look < 60; look++) {
      clock.pass(10_000);
      ContactCounts counts = counts();
      assertConserved(counts);
      List<JsonNode> record = record();
      assertEquals(counts.buffered() + counts.expired(), 200 - having(record, "dialledAt"));
      assertEquals(
          counts.ringing() + counts.talking() + counts.buffered(), 200 - having(record, "endedAt"));
      assertEquals(counts.answered() + counts.talking(), having(record, "answeredAt"));
      counts
          .disconnectReasons()
          .forEach((reason, count) -> assertEquals(count, ending(record, reason), reason.name()));
    }
    assertEquals(0, counts().buffered() + counts().ringing() + counts().talking());
    assertTrue(counts().expired() > 0);
  }

  @Test
  void shouldEndAllContactsOfADeletedCampaign() {
    put("t", 30, 300_000);
    clock.pass(10_000);
    call("DELETE", "/campaigns/" + id, "");
    ContactCounts counts = counts();
    assertConserved(counts);
    assertEquals(30, counts.taken());
    assertEquals(0, counts.buffered() + counts.ringing() + counts.talking());
    clock.pass(3_600_000);
    assertEquals(30, having(record(), "endedAt"));
    assertNull(campaigns.contacts("nobody"));
  }

  @Test
  void shouldPlayTheTimeThatItWasAway() {
    put("t", 25, 840_000);
    campaigns.close();
    clock.pass(600_000);
    campaigns = started(5, 0);
    List<JsonNode> record = record();
    assertTrue(having(record, "endedAt") > 20, "ended " + having(record, "endedAt"));
    assertTrue(
        record.stream()
            .filter(line -> line.has("endedAt"))
            .allMatch(line -> instant(line, "endedAt").toEpochMilli() <= clock.epochMs()));
    assertConserved(counts());
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void shouldDialNobodyTwiceHoweverOftenItCrashes(long seed) {
    var random = new Random(seed);
    double drain = seed % 2 == 0 ? 0.06 : 0;
    Map<String, JsonNode> told = new HashMap<>();
    boolean paused = false;
    int sent = 0;
    int crashes = 0;
    for (int step = 0; step < 400; step++) {
      clock.pass(random.nextInt(20_000));
      switch (random.nextInt(8)) {
        case 0 -> {
          store.crash();
          campaigns = started(5, drain);
          crashes++;
        }
        case 1 -> {
          call("POST", "/campaigns/" + id + (paused ? "/resume" : "/pause"), "");
          paused = !paused;
        }
        case 2 -> campaigns.dialer(id); // a look that a crash may undo
        case 3 -> {
          for (JsonNode line : record()) {
            assertGoesOn(told.put(line.path("id").asText(), line), line);
          }
        }
        default -> {
          if (!paused) {
            put("t-" + step + "-", 3, 30_000 + random.nextInt(200_000));
            sent += 3;
          }
        }
      }
      assertConserved(counts());
    }
    assertTrue(crashes > 20, "crashes " + crashes);
    assertEquals(sent, counts().taken());
    assertTrue(counts().expired() > 0 && counts().answered() > 0, counts()::toString);
    campaigns.commit();
    assertEquals(sent - counts().buffered(), store.size("contacts"));
  }

  /** What was told once holds. */
  private static void assertGoesOn(JsonNode before, JsonNode now) {
    if (before != null) {
      for (String member : COURSE) {
        if (before.has(member)) {
          assertEquals(before.path(member), now.path(member), now::toString);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"progressiveDialerConfig\":{\"bandwidthAllocation\":1}} | 40",
        "{\"progressiveDialerConfig\":{\"bandwidthAllocation\":0.5}} | 20",
        "{\"predictiveDialerConfig\":{\"bandwidthAllocation\":0.5,\"dialingCapacity\":0.5}} | 10",
        "{\"predictiveDialerConfig\":{\"bandwidthAllocation\":0.001}} | 1",
        "{\"predictiveDialerConfig\":{\"bandwidthAllocation\":0}} | 0",
        "{\"agentlessDialerConfig\":{}} | 40",
        "{\"agentlessDialerConfig\":{\"dialingCapacity\":0.07}} | 3"
      })
  void shouldGiveACampaignItsPartOfTheLines(String dialerConfig, int lines) {
    campaigns.setFaults(Faults.ofJson("{\"agents\":40}".getBytes(UTF_8)));
    id = running(dialerConfig);
    put("t", 50, 300_000);
    assertEquals(lines, counts().ringing());
    assertEquals(50 - lines, counts().buffered());
  }

  @Test
  void shouldChangeItsHabitsByFaults() {
    campaigns.setFaults(
        Faults.ofJson("{\"ringMs\":0,\"talkMs\":0,\"answerRate\":1}".getBytes(UTF_8)));
    put("t", 50, 300_000);
    assertEquals(50, counts().answered());
    campaigns.setFaults(Faults.ofJson("{\"ringMs\":0,\"answerRate\":0}".getBytes(UTF_8)));
    put("u", 50, 300_000);
    assertEquals(50, counts().notAnswered() + counts().failed());
  }

  private static void assertConserved(ContactCounts counts) {
    long ended = counts.answered() + counts.notAnswered() + counts.failed() + counts.expired();
    assertEquals(counts.taken(), counts.buffered() + counts.ringing() + counts.talking() + ended);
    assertEquals(
        ended, counts.disconnectReasons().values().stream().mapToLong(Long::longValue).sum());
  }

  private static long having(List<JsonNode> record, String member) {
    return record.stream().filter(line -> line.has(member)).count();
  }

  private static long ending(List<JsonNode> record, DisconnectReason reason) {
    return record.stream()
        .filter(line -> line.path("disconnectReason").asText().equals(reason.name()))
        .count();
  }

  private static Instant instant(JsonNode line, String member) {
    return Instant.parse(line.path(member).asText());
  }

  private ContactCounts counts() {
    ContactCounts counts = campaigns.contacts(id);
    assertNotNull(counts);
    return counts;
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(line, e);
    }
  }

  private List<JsonNode> record() {
    campaigns.bringUpToDate(id);
    campaigns.commit();
    var lines = new ArrayList<JsonNode>();
    var page = campaigns.page(id, 1, Long.MAX_VALUE - 1, Integer.MAX_VALUE);
    for (String line : new String(page.lines(), UTF_8).lines().toList()) {
      lines.add(json(line));
    }
    return lines;
  }

  private OutboundCampaigns started(int agents, double drainPerSecond) {
    return new OutboundCampaigns(
        store,
        clock,
        new CampaignServiceConfig(
            "127.0.0.1",
            0,
            "unused",
            1_000_000,
            1_000_000,
            agents,
            20_000,
            30_000,
            0.5,
            1_000,
            drainPerSecond,
            0,
            3_000,
            "",
            1,
            ""),
        Faults.NONE);
  }

  private String running(String dialerConfig) {
    String campaign =
        "{\"name\":\"c-"
            + store.size("campaigns")
            + "\",\"connectInstanceId\":\"i\",\"dialerConfig\":"
            + dialerConfig
            + ",\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\"}}";
    JsonNode created = call("PUT", "/campaigns", campaign).body();
    assertNotNull(created);
    String campaignId = created.path("id").asText();
    call("POST", "/campaigns/" + campaignId + "/start", "");
    return campaignId;
  }

  private void put(String prefix, int count, long aheadMs) {
    String expiration = Instant.ofEpochMilli(clock.epochMs() + aheadMs).toString();
    for (int from = 0; from < count; from += 25) {
      var items = new ArrayList<String>();
      for (int i = from; i < Math.min(count, from + 25); i++) {
        items.add(
            "{\"clientToken\":\"%s%d\",\"phoneNumber\":\"+12065550100\",\"expirationTime\":\"%s\",\"attributes\":{}}"
                .formatted(prefix, i, expiration));
      }
      call(
          "PUT",
          "/campaigns/" + id + "/dial-requests",
          "{\"dialRequests\":[" + String.join(",", items) + "]}");
    }
  }

  private Answer call(String method, String path, String body) {
    Answer answer = campaigns.perform(Call.read(method, path, body.getBytes(UTF_8)));
    assertNull(answer.error());
    campaigns.commit();
    return answer;
  }
}
