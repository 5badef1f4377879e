package io.dialspool.whole;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Somebody who behaves, beside those who don't: some twenty calls a second, a put and a look in
 * turn, each over the connection that it has or, every tenth, over a new one. What is refused for
 * now it sends again, as it is told to.
 */
final class HealthyClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long PACE_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int NEW_CONNECTION_ONCE_IN = 10;

  private final Service service;
  private final String campaign;
  private final String prefix;
  private final Thread thread;
  private final ConcurrentHistogram answeredMs = new ConcurrentHistogram(60_000, 2);
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger looked = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();
  private final AtomicInteger sentAgain = new AtomicInteger();
  private final AtomicLong residentBytesMax = new AtomicLong();
  private HttpClient client = HttpClient.newHttpClient();
  private volatile boolean stopped;
  private volatile String lastTrouble = "";

  HealthyClient(Service service, String campaign, String prefix) {
    this.service = service;
    this.campaign = campaign;
    this.prefix = prefix;
    thread = new Thread(this::run, prefix);
    thread.setDaemon(true);
    thread.start();
  }

  /** Puts that were acknowledged, each of one request. */
  int taken() {
    return taken.get();
  }

  /** Looks at the spool that were answered. */
  int looked() {
    return looked.get();
  }

  /** Puts that were told to come again, 429 or 503. */
  int refused() {
    return refused.get();
  }

  /** Calls that were answered anything else, or not at all. */
  int wrong() {
    return wrong.get();
  }

  /** Calls that had no answer and were made again over a new connection. */
  int sentAgain() {
    return sentAgain.get();
  }

  String lastTrouble() {
    return lastTrouble;
  }

  /** Of all calls, milliseconds until the answer. */
  long answeredMs(double percentile) {
    return answeredMs.getValueAtPercentile(percentile);
  }

  /** The most that the service's process ever held of the machine's memory. */
  long residentBytesMax() {
    return residentBytesMax.get();
  }

  private void run() {
    int nth = 0;
    boolean again = false;
    while (!stopped) {
      if (!again) {
        nth++;
      }
      if (nth % NEW_CONNECTION_ONCE_IN == 0) {
        client = HttpClient.newHttpClient();
      }
      again = put(nth);
      look();
      residentBytesMax.accumulateAndGet(service.residentBytes(), Math::max);
      LockSupport.parkNanos(PACE_NS);
    }
  }

  /** Whether it is to be put again. */
  private boolean put(int nth) {
    String body = Leads.body(List.of(Leads.item(prefix + "-" + nth, nth, Duration.ofHours(2))));
    int status =
        call(
            HttpRequest.newBuilder(
                    URI.create(service.url("intake") + "/campaigns/" + campaign + "/dial-requests"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    switch (status) {
      case 200 -> taken.incrementAndGet();
      case 429, 503 -> refused.incrementAndGet();
      default -> wrong.incrementAndGet();
    }
    return status != 200;
  }

  private void look() {
    int status = call(HttpRequest.newBuilder(URI.create(service.url("intake") + "/spool")).GET());
    (status == 200 ? looked : wrong).incrementAndGet();
  }

  /** The status; 0 if there was none. */
  private int call(HttpRequest.Builder request) {
    int status = once(request);
    if (status == 0) {
      // Its connection was gone. All that it calls may be called twice.
      sentAgain.incrementAndGet();
      client = HttpClient.newHttpClient();
      status = once(request);
    }
    return status;
  }

  private int once(HttpRequest.Builder request) {
    long beganNs = Clock.SYSTEM.nanoTime();
    try {
      HttpResponse<String> answer =
          client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
      answeredMs.recordValue(
          Math.min(60_000, TimeUnit.NANOSECONDS.toMillis(Clock.SYSTEM.nanoTime() - beganNs)));
      if (answer.statusCode() != 200) {
        lastTrouble = answer.statusCode() + " " + answer.body();
      }
      return answer.statusCode();
    } catch (IOException e) {
      lastTrouble = e.toString();
      return 0;
    } catch (InterruptedException e) {
      stopped = true;
      lastTrouble = e.toString();
      return 0;
    }
  }

  /** No further call; waits for the one under way. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(3 * PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
