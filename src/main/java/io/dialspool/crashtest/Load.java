package io.dialspool.crashtest;

import java.util.List;
import java.util.SplittableRandom;

/** All senders of a run: some thousand requests a second at most, of every kind. */
final class Load {
  /** A kind of client, and the names of its senders. */
  record Client(String label, List<String> senders) {
    long acknowledged(Ledger ledger) {
      return senders.stream().mapToLong(ledger::acknowledged).sum();
    }
  }

  /** Each must have had something acknowledged, or the load was not mixed. */
  static final List<Client> CLIENTS =
      List.of(
          new Client("put one at a time", List.of("single-a", "single-b")),
          new Client("put in batches of 25", List.of("batch")),
          new Client("in streams of NDJSON", List.of("stream")),
          new Client("replayed from files", List.of("replay")));

  private final ReplaySender replay;
  private final List<Sender> senders;

  Load(Scene scene, SplittableRandom random) {
    replay = new ReplaySender(scene, "replay", random.split());
    senders =
        List.of(
            new PutSender(scene, "single-a", random.split(), 1, 12),
            new PutSender(scene, "single-b", random.split(), 1, 12),
            new PutSender(scene, "batch", random.split(), 25, 100),
            new StreamSender(scene, "stream", random.split(), 25, 80),
            replay,
            new Recaller(scene, "recaller", random.split()));
  }

  void start() {
    senders.forEach(Sender::start);
  }

  void stop() {
    senders.forEach(Sender::stop);
  }

  /** After {@link #stop}. */
  void join(long ms) throws InterruptedException {
    for (Sender sender : senders) {
      sender.join(ms);
    }
  }

  int killedReplays() {
    return replay.killed();
  }
}
