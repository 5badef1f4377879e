package io.dialspool.replay;

/** Is told how a replay goes, on the thread that runs it. */
public interface ReplayListener {
  ReplayListener NONE = progress -> {};

  /** Some times a second at most while rows move; five times a second while they don't. */
  void progressed(ReplayProgress progress);
}
