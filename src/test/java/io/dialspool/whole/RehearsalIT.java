package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rehearsed and real: the same file against the same dialer, once in virtual time by {@code replay
 * --rehearse}, once by {@code campaign-service}, {@code serve} and {@code replay} as processes.
 * What the file decides must be equal to the last request; what time decides within the tolerance
 * that {@code src/docs/replay.md} states.
 */
class RehearsalIT {
  private static final int ROWS = 1_700;
  private static final int TOO_LATE = 300;
  private static final int INVALID = 7;
  private static final int DOUBLED = 25;

  @TempDir Path directory;

  @Test
  void shouldFindTheCountsTimeAndThrottlesOfADialerThatIsTheLimit() throws IOException {
    var lines = new ArrayList<String>(List.of("clientToken,phone,expiresIn"));
    for (int i = 0; i < ROWS; i++) {
      lines.add("r-" + i + "," + Leads.number(i) + ",4h");
      if (i % (ROWS / TOO_LATE) == 0 && i / (ROWS / TOO_LATE) < TOO_LATE) {
        // Accepted, but with less than 35 s left nothing is sent.
        lines.add("late-" + i + "," + Leads.number(ROWS + i) + ",20s");
      }
    }
    for (int i = 0; i < INVALID; i++) {
      lines.add("bad-" + i + ",12065550100,4h");
    }
    for (int i = 0; i < DOUBLED; i++) {
      lines.add("r-" + i + "," + Leads.number(i) + ",4h");
    }
    Files.write(directory.resolve("leads.csv"), lines);
    String[] dialer = {
      "--drain-per-second",
      "200",
      "--ring-ms",
      "100",
      "--talk-ms",
      "50",
      "--buffer",
      "100",
      "--calls-per-second",
      "10",
      "--burst",
      "10",
      "--latency-ms",
      "20"
    };

    Outcome rehearsed = rehearsed(dialer);
    Outcome real = real(ROWS + TOO_LATE, dialer);

    String both = rehearsed + " against " + real;
    Map<String, Integer> counts =
        Map.of(
            "rows", ROWS + TOO_LATE + INVALID + DOUBLED,
            "accepted", ROWS + TOO_LATE,
            "duplicates", DOUBLED,
            "rejected", INVALID,
            "submitted", ROWS,
            "expired", TOO_LATE,
            "dialled", ROWS);
    assertEquals(counts, rehearsed.counts, both);
    assertEquals(counts, real.counts, both);
    expectNear(rehearsed, real, both);
    assertTrue(rehearsed.sentInVain > 0 && real.sentInVain > 0, both);
  }

  @Test
  void shouldFindHowManyExpireBeforeTheirTurn() throws IOException {
    var lines = new ArrayList<String>(List.of("clientToken,phone,expiresIn"));
    for (int i = 0; i < ROWS; i++) {
      // With 36 s left nothing is sent any more: this file has twelve seconds.
      lines.add("r-" + i + "," + Leads.number(i) + ",48s");
    }
    Files.write(directory.resolve("leads.csv"), lines);
    String[] dialer = {
      "--agents",
      "40",
      "--ring-ms",
      "150",
      "--talk-ms",
      "100",
      "--answer-rate",
      "0.5",
      "--buffer",
      "60",
      "--calls-per-second",
      "20",
      "--burst",
      "20"
    };

    Outcome rehearsed = rehearsed(dialer);
    Outcome real = real(ROWS, dialer);

    String both = rehearsed + " against " + real;
    for (Outcome each : List.of(rehearsed, real)) {
      assertEquals(ROWS, each.count("accepted"), both);
      assertEquals(ROWS, each.count("submitted") + each.count("expired"), both);
      assertEquals(each.count("submitted"), each.count("dialled"), both);
    }
    int expired = rehearsed.count("expired");
    assertTrue(expired > ROWS / 10 && expired < ROWS * 9 / 10, both);
    assertTrue(Math.abs(expired - real.count("expired")) <= ROWS * 0.15, both);
    expectNear(rehearsed, real, both);
  }

  /** The tolerance that the documentation states. */
  private static void expectNear(Outcome rehearsed, Outcome real, String both) {
    assertTrue(Math.abs(rehearsed.seconds - real.seconds) <= 1 + 0.15 * real.seconds, both);
    assertTrue(Math.abs(rehearsed.calls - real.calls) <= 5 + 0.25 * real.calls, both);
    assertTrue(
        Math.abs(rehearsed.callsThrottled - real.callsThrottled) <= 2 + 0.02 * real.calls, both);
    assertTrue(Math.abs(rehearsed.sentInVain - real.sentInVain) <= 250 + 0.1 * ROWS, both);
  }

  /**
   * What came of the file.
   *
   * @param sentInVain requests in calls beyond one for each that was taken: the dialer was full, or
   *     the API's rate used up
   */
  private record Outcome(
      Map<String, Integer> counts, double seconds, int calls, int callsThrottled, int sentInVain) {
    int count(String name) {
      return counts.get(name);
    }
  }

  private Outcome rehearsed(String... dialer) {
    var args = new ArrayList<String>(List.of("replay", leads(), "--rehearse", "--json"));
    args.addAll(List.of(dialer));
    Service.Ran ran = Service.run(args.toArray(String[]::new));
    JsonNode report = ran.json();
    assertEquals(report.path("rejected").asInt() > 0 ? 1 : 0, ran.exitCode(), ran::err);
    return new Outcome(
        counts(
            report,
            report.path("submitted").asInt(),
            report.path("expired").asInt(),
            report.path("dialled").asInt()),
        report.path("finishedSeconds").asDouble(),
        report.path("calls").asInt(),
        report.path("callsThrottled").asInt(),
        report.path("requestsSent").asInt() - report.path("submitted").asInt());
  }

  private Outcome real(int accepted, String... dialer) {
    String rate = dialer[List.of(dialer).indexOf("--calls-per-second") + 1];
    try (Service there = Service.campaignService(directory.resolve("there"), dialer);
        Service here =
            Service.serve(
                directory,
                "target.kind=connect-campaigns",
                "target.endpoint=" + there.url("campaign-service"),
                "target.accessKeyId=AKIDEXAMPLE",
                "target.secretAccessKey=secret",
                "target.callsPerSecond=" + rate)) {
      String url = here.url("intake");
      warmUp(here);
      JsonNode before = Service.get(url + "/spool").json().path("budget");
      String campaign = Leads.running(url, "real");
      Service.Ran ran =
          Service.run(
              "replay",
              leads(),
              "--endpoint",
              url,
              "--campaign",
              campaign,
              "--rejects",
              directory.resolve("rejects.csv").toString(),
              "--json");
      JsonNode replayed = ran.json();
      assertEquals(replayed.path("rejected").asInt() > 0 ? 1 : 0, ran.exitCode(), ran::err);
      Service.await(
          "all ended",
          Duration.ofSeconds(40),
          () -> {
            JsonNode counts = here.report(campaign).path("counts");
            return counts.path("accepted").asInt() == accepted
                && counts.path("queued").asInt() + counts.path("inFlight").asInt() == 0;
          });
      Service.await(
          "the last call ended",
          Duration.ofSeconds(40),
          () -> {
            JsonNode contacts = contacts(there, campaign);
            return contacts.path("buffered").asInt()
                    + contacts.path("ringing").asInt()
                    + contacts.path("talking").asInt()
                == 0;
          });
      JsonNode counts = here.report(campaign).path("counts");
      JsonNode contacts = contacts(there, campaign);
      JsonNode budget = Service.get(url + "/spool").json().path("budget");
      Instant began = Instant.parse(here.status(campaign, "r-0").path("acceptedAt").asText());
      Instant ended =
          Service.record(there.url("campaign-service"), campaign).stream()
              .map(line -> Times.of(line, "endedAt"))
              .max(Instant::compareTo)
              .orElseThrow();
      return new Outcome(
          counts(
              replayed,
              counts.path("submitted").asInt(),
              counts.path("expired").asInt(),
              contacts.path("answered").asInt()
                  + contacts.path("notAnswered").asInt()
                  + contacts.path("failed").asInt()),
          Duration.between(began, ended).toMillis() / 1000.0,
          risen(before, budget, "calls"),
          risen(before, budget, "callsThrottled"),
          risen(before, budget, "batchItems") - counts.path("submitted").asInt());
    }
  }

  private static int risen(JsonNode before, JsonNode after, String figure) {
    return after.path(figure).asInt() - before.path(figure).asInt();
  }

  /** The first calls of a process take as long as many later ones. */
  private static void warmUp(Service here) {
    String url = here.url("intake");
    String campaign = Leads.running(url, "warm-up");
    Leads.putAll(url, campaign, "w", 0, 50, Duration.ofHours(1));
    Service.await(
        "warm",
        Duration.ofSeconds(30),
        () -> here.report(campaign).path("counts").path("submitted").asInt() == 50);
  }

  private static JsonNode contacts(Service there, String campaign) {
    return Service.get(there.url("campaign-service") + "/contacts?campaign=" + campaign).json();
  }

  private static Map<String, Integer> counts(
      JsonNode replayed, int submitted, int expired, int dialled) {
    return Map.of(
        "rows", replayed.path("rows").asInt(),
        "accepted", replayed.path("accepted").asInt(),
        "duplicates", replayed.path("duplicates").asInt(),
        "rejected", replayed.path("rejected").asInt(),
        "submitted", submitted,
        "expired", expired,
        "dialled", dialled);
  }

  private String leads() {
    return directory.resolve("leads.csv").toString();
  }
}
