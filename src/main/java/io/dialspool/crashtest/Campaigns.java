package io.dialspool.crashtest;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * The campaigns of a run. The first of the mixed ones always runs; the others are paused and
 * resumed. The thread of the run changes them, any may read.
 */
final class Campaigns {
  private static final int MIXED = 4;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final String FORM =
      """
      {"name":"%s","connectInstanceId":"11111111-2222-3333-4444-555555555555",
       "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1.0}},
       "outboundCallConfig":{"connectContactFlowId":"flow-1","connectQueueId":"queue-1"}}
      """;

  private final Services services;
  private final Clock clock;
  private final List<String> mixed = new ArrayList<>();
  private final Set<String> paused = ConcurrentHashMap.newKeySet();
  private final String leaving;
  private final String waiting;

  /** Creates and starts all of them; the one for those that wait is paused at once. */
  Campaigns(Services services, Clock clock) throws IOException, InterruptedException {
    this.services = services;
    this.clock = clock;
    for (int i = 1; i <= MIXED; i++) {
      mixed.add(create("mixed-" + i));
    }
    leaving = create("leaving");
    waiting = create("waiting");
    pause(waiting, services.target());
  }

  private String create(String name) throws IOException, InterruptedException {
    Door.Answer answer = services.target().call("PUT", "/campaigns", FORM.formatted(name));
    String id = answer.json().path("id").asText();
    if (id.isEmpty()) {
      throw new CrashTestFailure("no campaign could be made: " + answer.status());
    }
    change(services.target(), id, "start");
    return id;
  }

  List<String> all() {
    var all = new ArrayList<String>(mixed);
    all.add(leaving);
    all.add(waiting);
    return all;
  }

  /** Any that takes all kinds of load. */
  String anyMixed(RandomGenerator random) {
    return mixed.get(random.nextInt(mixed.size()));
  }

  /** Takes requests only when the service is about to be stopped. */
  String leaving() {
    return leaving;
  }

  /** Paused from the first cycle to the last. */
  String waiting() {
    return waiting;
  }

  /** Pauses or resumes one, through the service or behind its back. */
  void flip(RandomGenerator random) throws IOException, InterruptedException {
    String one = mixed.get(1 + random.nextInt(mixed.size() - 1));
    Door door = random.nextInt(3) == 0 ? services.target() : services.data();
    if (paused.contains(one)) {
      resume(one, door);
    } else {
      pause(one, door);
    }
  }

  /** At least one of the mixed ones is paused afterwards; says which. */
  String pauseOne(RandomGenerator random) throws IOException, InterruptedException {
    for (String one : mixed) {
      if (paused.contains(one)) {
        return one;
      }
    }
    String one = mixed.get(1 + random.nextInt(mixed.size() - 1));
    pause(one, services.data());
    return one;
  }

  boolean isPaused(String id) {
    return paused.contains(id);
  }

  void resumeAll() throws IOException, InterruptedException {
    for (String one : List.copyOf(paused)) {
      resume(one, services.data());
    }
  }

  private void pause(String id, Door door) throws IOException, InterruptedException {
    change(door, id, "pause");
    paused.add(id);
  }

  private void resume(String id, Door door) throws IOException, InterruptedException {
    change(door, id, "resume");
    paused.remove(id);
  }

  private void change(Door door, String id, String how) throws IOException, InterruptedException {
    long giveUpNs = clock.nanoTime() + PATIENCE_NS;
    String wanted = how.equals("pause") ? "Paused" : "Running";
    Door.Answer answer;
    do {
      answer = door.callAgain("POST", "/campaigns/" + id + "/" + how, "");
      if (answer.status() == 200
          || (answer.status() == 409 && answer.json().path("state").asText().equals(wanted))) {
        return;
      }
      LockSupport.parkNanos(RETRY_NS);
    } while (clock.nanoTime() < giveUpNs);
    throw new CrashTestFailure(how + " was answered " + answer.status() + " for 30 s");
  }
}
