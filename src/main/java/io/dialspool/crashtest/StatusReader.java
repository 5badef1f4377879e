package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** Asks the service for the status of very many tokens, some at a time. */
final class StatusReader {
  private static final int AT_ONCE = 4;
  private static final int TRIES = 20;

  private final Door data;

  StatusReader(Door data) {
    this.data = data;
  }

  /**
   * @param then called for each, by one thread at a time
   */
  void read(List<Lead> leads, BiConsumer<Lead, Judge.Ending> then)
      throws IOException, InterruptedException {
    var next = new AtomicInteger();
    ExecutorService readers = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> all =
          IntStream.range(0, AT_ONCE)
              .<Future<?>>mapToObj(
                  i ->
                      readers.submit(
                          () -> {
                            for (int at = next.getAndIncrement();
                                at < leads.size();
                                at = next.getAndIncrement()) {
                              Lead lead = leads.get(at);
                              Judge.Ending ending = read(lead);
                              synchronized (next) {
                                then.accept(lead, ending);
                              }
                            }
                            return null;
                          }))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("the service can't be asked: " + e.getCause(), e);
    } finally {
      readers.shutdownNow();
    }
  }

  private Judge.Ending read(Lead lead) throws IOException, InterruptedException {
    String path = "/campaigns/" + lead.campaignId() + "/dial-requests/" + lead.token();
    Door.Answer answer = data.get(path);
    for (int tries = 1; answer.status() == 429 && tries < TRIES; tries++) {
      answer = data.get(path);
    }
    if (answer.status() == 404) {
      return Judge.Ending.UNKNOWN;
    }
    if (answer.status() != 200) {
      throw new IOException("a status was answered " + answer.status());
    }
    JsonNode json = answer.json();
    return new Judge.Ending(
        json.path("state").asText(),
        json.path("reason").asText(),
        json.path("id").asText(),
        json.path("targetDialRequestId").asText());
  }
}
