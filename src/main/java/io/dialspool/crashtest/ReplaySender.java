package io.dialspool.crashtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The {@code replay} command in processes of its own, a file each. One that outlives the service
 * goes on with the next; one that is killed itself is run again.
 */
final class ReplaySender extends Sender {
  private static final int ROWS = 1_000;
  private static final int KILLED_OF_HUNDRED = 10;
  private static final int TRIES = 20;
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final AtomicInteger killed = new AtomicInteger();

  ReplaySender(Scene scene, String name, SplittableRandom random) {
    super(scene, name, random, 1_500);
  }

  /** Replays that we killed. */
  int killed() {
    return killed.get();
  }

  @Override
  void turn() throws IOException, InterruptedException {
    List<Lead> leads = scene.leads().lasting(scene.campaigns().anyMixed(random), name(), ROWS);
    scene.ledger().sending(leads, scene.clock().epochMs());
    replay(leads, () -> random.nextInt(100) < KILLED_OF_HUNDRED ? random.nextInt(1_500) : -1);
  }

  /** How long this run of it may live; below 0 for as long as it needs. */
  interface Life {
    long ms();
  }

  /** Replays until the command says that all of it was taken. */
  void replay(List<Lead> leads, Life life) throws IOException, InterruptedException {
    Path file = scene.directory().resolve(name() + ".csv");
    write(file, leads);
    for (int tries = 0; tries < TRIES; tries++) {
      JsonNode summary = run(file, leads.get(0).campaignId(), life.ms());
      if (summary == null) {
        continue;
      }
      long taken = summary.path("accepted").asLong() + summary.path("duplicates").asLong();
      if (taken == leads.size() && !summary.has("error")) {
        leads.forEach(lead -> scene.ledger().acknowledged(lead.token(), null));
        return;
      }
      if (summary.path("rejected").asLong() > 0) {
        scene.ledger().contradict("a replay had rows rejected: " + summary);
        return;
      }
    }
  }

  private static void write(Path file, List<Lead> leads) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("clientToken,phoneNumber,lead\n");
      for (Lead lead : leads) {
        out.write(lead.token() + "," + lead.phoneNumber() + "," + lead.number() + "\n");
      }
    }
  }

  /** The summary; null if it was killed. */
  private @Nullable JsonNode run(Path file, String campaignId, long lifeMs)
      throws IOException, InterruptedException {
    Path out = scene.directory().resolve(name() + ".out");
    Process process =
        Child.builder(
                "256m",
                List.of(
                    "replay",
                    file.toString(),
                    "--campaign",
                    campaignId,
                    "--endpoint",
                    scene.data().url(),
                    "--rejects",
                    scene.directory().resolve(name() + "-rejects.csv").toString(),
                    "--json"))
            .redirectOutput(out.toFile())
            .redirectError(
                ProcessBuilder.Redirect.appendTo(scene.directory().resolve("replay.log").toFile()))
            .start();
    try {
      if (lifeMs >= 0 && !process.waitFor(lifeMs, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        process.waitFor();
        killed.incrementAndGet();
        return null;
      }
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
    LockSupport.parkNanos(LOOK_NS);
    try {
      return lines.isEmpty()
          ? MissingNode.getInstance()
          : Door.JSON.readTree(lines.get(lines.size() - 1));
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
