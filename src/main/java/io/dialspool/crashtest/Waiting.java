package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The requests that wait for a campaign which is paused from the first cycle to the last: as many
 * after each restart, none of them dialled, until they are let go. One thread.
 */
final class Waiting {
  private static final int ASKED_AT_LEAST = 200;

  private final int requests;
  private final Scene scene;
  private final Services services;
  private final List<Double> readySeconds = new ArrayList<>();
  private double fillSeconds;
  private int asked;
  private double recountSeconds;
  private double deliverySeconds;

  /**
   * @param requests 0 for none: then every method does nothing
   */
  Waiting(int requests, Scene scene, Services services) {
    this.requests = requests;
    this.scene = scene;
    this.services = services;
  }

  boolean isNone() {
    return requests == 0;
  }

  int requests() {
    return requests;
  }

  private String campaign() {
    return scene.campaigns().waiting();
  }

  /** Has them acknowledged, by a replay. */
  void fill(SplittableRandom random) throws IOException, InterruptedException {
    if (isNone()) {
      return;
    }
    List<Lead> leads = scene.leads().lasting(campaign(), "waiting", requests);
    scene.ledger().sendingMany(leads, scene.clock().epochMs());
    long beganNs = scene.clock().nanoTime();
    new ReplaySender(scene, "waiting", random).replay(leads, () -> -1);
    fillSeconds = secondsSince(beganNs);
    expectAll();
  }

  /** After a start. */
  void ready(double afterSeconds) {
    if (!isNone()) {
      readySeconds.add(afterSeconds);
    }
  }

  /**
   * All of them still wait.
   *
   * @throws CrashTestFailure if not
   */
  void expectAll() throws IOException, InterruptedException {
    if (isNone()) {
      return;
    }
    JsonNode counts = counts();
    expect(counts.path("accepted").asLong(-1), "are counted as accepted");
    expect(counts.path("queued").asLong(-1), "wait");
  }

  private JsonNode counts() throws IOException, InterruptedException {
    return services.data().get("/campaigns/" + campaign() + "/spool").json().path("counts");
  }

  private void expect(long found, String what) {
    if (found != requests) {
      throw new CrashTestFailure(
          String.format(
              Locale.ROOT, "%,d of %,d %s for the campaign that is paused", found, requests, what));
    }
  }

  /** Kills the service, has every request counted anew from the disk, and starts it again. */
  void recount() throws IOException, InterruptedException {
    if (isNone()) {
      return;
    }
    services.killServe();
    long beganNs = scene.clock().nanoTime();
    JsonNode check = services.recount();
    recountSeconds = secondsSince(beganNs);
    for (JsonNode lane : check.path("campaigns")) {
      if (lane.path("campaignId").asText().equals(campaign())) {
        expect(lane.path("requests").asLong(), "lie in the spool");
        expect(lane.path("queued").asLong(), "wait in the spool");
        return;
      }
    }
    throw new CrashTestFailure("spool check knows nothing of the campaign that is paused");
  }

  /** Asks for the status of some, spread over all. None of them may have been dialled. */
  void ask() throws IOException, InterruptedException {
    if (isNone()) {
      return;
    }
    int each = Math.max(1, requests / Math.max(ASKED_AT_LEAST, requests / CrashTest.SAMPLED_OF));
    List<Lead> some = new ArrayList<>();
    int nth = 0;
    for (Ledger.Entry entry : scene.ledger().entries()) {
      if (entry.isSampled() && nth++ % each == 0) {
        some.add(entry.lead());
      }
    }
    new StatusReader(services.data())
        .read(
            some,
            (lead, ending) -> {
              asked++;
              if (!ending.state().equals("QUEUED")) {
                scene
                    .ledger()
                    .contradict(
                        lead.token() + " waits for a paused campaign and is " + ending.state());
              }
            });
    services
        .target()
        .lines(
            CrashTest.record(campaign()),
            line ->
                scene
                    .ledger()
                    .contradict(
                        line.path("clientToken").asText()
                            + " was dialled while its campaign was"
                            + " paused"));
  }

  /** How many of them have ended. */
  long ended() throws IOException, InterruptedException {
    return requests - counts().path("queued").asLong(requests);
  }

  void delivered(double seconds) {
    deliverySeconds = seconds;
  }

  private double secondsSince(long beganNs) {
    return (scene.clock().nanoTime() - beganNs) / 1e9;
  }

  /** Figures for the report. */
  WaitingFigures figures() {
    return new WaitingFigures(
        requests, fillSeconds, readySeconds, asked, recountSeconds, deliverySeconds);
  }
}
