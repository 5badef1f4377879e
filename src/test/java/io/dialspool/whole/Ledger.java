package io.dialspool.whole;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that keeps its own books: puts batches of 25 for as long as it may, writes down every
 * acknowledged token with its id, and sends what was not acknowledged again, wherever the service
 * is by then.
 */
final class Ledger {
  private static final int ITEMS = 25;
  private static final long PAUSE_NS = 40_000_000;

  private final String campaign;
  private final int firstNumber;
  private final String deadline = Instant.now().plus(Duration.ofHours(4)).toString();
  private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private volatile String url = "";
  private volatile boolean stopped;
  private final AtomicInteger batches = new AtomicInteger();
  private final AtomicInteger cutOff = new AtomicInteger();

  /**
   * @param firstNumber of seven digits behind +1206; each token has a number of its own
   */
  Ledger(String campaign, int firstNumber) {
    this.campaign = campaign;
    this.firstNumber = firstNumber;
  }

  /** Where the service is now. */
  void writeTo(String intakeUrl) {
    url = intakeUrl;
  }

  /** Puts until {@link #stop}, and then until the last batch is acknowledged too. */
  void write() {
    while (!stopped) {
      put(batches.get());
      batches.incrementAndGet();
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  void stop() {
    stopped = true;
  }

  /** After {@link #stop}: {@link #write} may be called again. */
  void resume() {
    stopped = false;
  }

  /** Puts every batch once more: each must get the ids that it got. */
  void repeatAll() {
    for (int batch = 0; batch < batches.get(); batch++) {
      put(batch);
    }
  }

  private void put(int batch) {
    String body = body(batch);
    for (int tries = 0; tries < 10_000; tries++) {
      try {
        Service.Answer answer =
            Service.call(
                "PUT", url + "/campaigns/" + campaign + "/dial-requests", "application/json", body);
        if (answer.status() == 200) {
          read(batch, answer.json());
          return;
        }
        if (answer.status() != 429 && answer.status() != 503) {
          faults.add("batch " + batch + ": " + answer.status() + " " + answer.body());
          return;
        }
      } catch (UncheckedIOException e) {
        if (tries == 0) {
          cutOff.incrementAndGet();
        }
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
    faults.add("batch " + batch + " was never acknowledged");
  }

  private void read(int batch, JsonNode answer) {
    for (JsonNode failed : answer.path("failedRequests")) {
      faults.add("batch " + batch + ": " + failed);
    }
    int items = 0;
    for (JsonNode entry : answer.path("successfulRequests")) {
      String token = entry.path("clientToken").asText();
      String id = entry.path("id").asText();
      String before = acknowledged.putIfAbsent(token, id);
      if (before != null && !before.equals(id)) {
        faults.add(token + " had the id " + before + " and has now " + id);
      }
      items++;
    }
    if (items != ITEMS) {
      faults.add("batch " + batch + ": " + items + " of " + ITEMS + " answered");
    }
  }

  private String body(int batch) {
    var items = new ArrayList<String>(ITEMS);
    for (int i = batch * ITEMS; i < (batch + 1) * ITEMS; i++) {
      items.add(
          """
          {"clientToken":"%s","phoneNumber":"%s","expirationTime":"%s","attributes":{"lead":"%d"}}
          """
              .formatted(token(i), phoneNumber(i), deadline, i));
    }
    return "{\"dialRequests\":[" + String.join(",", items) + "]}";
  }

  private static String token(int lead) {
    return "writer-" + lead;
  }

  private String phoneNumber(int lead) {
    return "+1206" + (firstNumber + lead);
  }

  /** Token to id, as acknowledged. */
  Map<String, String> acknowledged() {
    return acknowledged;
  }

  /** Token to number, of all that is acknowledged. */
  Map<String, String> phoneNumbers() {
    var numbers = new ConcurrentHashMap<String, String>();
    for (int i = 0; i < batches.get() * ITEMS; i++) {
      numbers.put(token(i), phoneNumber(i));
    }
    return numbers;
  }

  /** Batches whose first put got no answer. */
  int cutOff() {
    return cutOff.get();
  }

  /** What must not happen, in words. */
  List<String> faults() {
    return faults;
  }
}
