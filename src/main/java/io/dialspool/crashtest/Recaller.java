package io.dialspool.crashtest;

import java.io.IOException;
import java.util.SplittableRandom;

/** Recalls requests that were acknowledged lately, most of them of campaigns that are paused. */
final class Recaller extends Sender {
  Recaller(Scene scene, String name, SplittableRandom random) {
    super(scene, name, random, 60);
  }

  @Override
  void turn() throws IOException, InterruptedException {
    Lead lead = scene.ledger().recent(random);
    if (lead == null
        || (!scene.campaigns().isPaused(lead.campaignId()) && random.nextInt(10) > 0)) {
      return;
    }
    scene.ledger().recalling(lead.token());
    Door.Answer answer =
        scene
            .data()
            .call(
                "DELETE", "/campaigns/" + lead.campaignId() + "/dial-requests/" + lead.token(), "");
    switch (answer.status()) {
      case 200 -> scene.ledger().cancelled(lead.token());
      case 404 -> scene.ledger().contradict(lead.token() + " was acknowledged, then not found");
      case 409, 429, 503 -> {} // too late, or not now
      default -> scene.ledger().contradict("a recall was answered " + answer.status());
    }
  }
}
