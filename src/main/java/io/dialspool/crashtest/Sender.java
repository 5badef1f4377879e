package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One client, on a thread of its own, that does the same thing over and over whether the service is
 * there or not.
 */
abstract class Sender {
  private static final long TROUBLE_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int SENT_AGAIN_OF_HUNDRED = 80;
  private static final int REPEATED_OF_HUNDRED = 5;

  final Scene scene;
  final SplittableRandom random;
  private final String name;
  private final long paceNs;
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;
  private @Nullable Thread thread;

  Sender(Scene scene, String name, SplittableRandom random, long paceMs) {
    this.scene = scene;
    this.name = name;
    this.random = random;
    this.paceNs = TimeUnit.MILLISECONDS.toNanos(paceMs);
  }

  /**
   * One turn.
   *
   * @throws IOException if no answer came
   */
  abstract void turn() throws IOException, InterruptedException;

  final void start() {
    var runner = new Thread(this::run, name);
    runner.setDaemon(true);
    runner.start();
    thread = runner;
  }

  private void run() {
    try {
      while (!stopped) {
        try {
          turn();
        } catch (IOException e) {
          LockSupport.parkNanos(TROUBLE_NS);
        }
        LockSupport.parkNanos(paceNs);
      }
    } catch (InterruptedException e) {
      // Asked to end at once.
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** No further turn. */
  void stop() {
    stopped = true;
  }

  final boolean isStopped() {
    return stopped;
  }

  /** After {@link #stop}: waits for the end of the last turn. */
  final void join(long ms) throws InterruptedException {
    Thread runner = thread;
    if (runner != null) {
      runner.join(ms);
      if (runner.isAlive()) {
        runner.interrupt();
        runner.join();
      }
    }
    if (failure != null) {
      throw new IllegalStateException(name + " failed", failure);
    }
  }

  final String name() {
    return name;
  }

  /** New leads of one campaign, now and then among them one that was acknowledged before. */
  final List<Lead> draw(String campaignId, int count) {
    List<Lead> leads = new ArrayList<>(scene.leads().mixed(campaignId, name, count, random));
    if (random.nextInt(100) < REPEATED_OF_HUNDRED) {
      Lead before = scene.ledger().recent(random);
      if (before != null && before.campaignId().equals(campaignId)) {
        leads.set(0, before);
      }
    }
    return leads;
  }

  /** Whether to send again what got no answer; what isn't must not be dialled twice either. */
  final boolean sendsAgain() {
    return random.nextInt(100) < SENT_AGAIN_OF_HUNDRED;
  }

  /** An item that the service refused. Nothing that we send is wrong. */
  final void refused(String token, JsonNode why) {
    scene.ledger().contradict(token + " was refused: " + why.asText());
  }
}
