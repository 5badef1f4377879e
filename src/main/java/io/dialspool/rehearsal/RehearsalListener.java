package io.dialspool.rehearsal;

/** Told how a rehearsal goes, some times a second, on its thread. */
public interface RehearsalListener {
  RehearsalListener NONE = (playedMs, rows, left) -> {};

  /**
   * @param playedMs virtual time so far; milliseconds
   * @param rows read so far
   * @param left accepted and not yet ended
   */
  void played(long playedMs, long rows, long left);
}
