package io.dialspool.crashtest;

import java.util.List;
import java.util.SplittableRandom;

/** All senders of a run: some thousand requests a second at most, of every kind. */
final class Load {
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
