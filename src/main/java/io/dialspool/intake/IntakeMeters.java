package io.dialspool.intake;

import java.util.function.IntSupplier;

/** What the door counts. Called on event loops and on the ring's thread; must not block. */
public interface IntakeMeters {
  IntakeMeters NONE =
      new IntakeMeters() {
        @Override
        public void accepted(int items) {}

        @Override
        public void duplicates(int items) {}

        @Override
        public void refused(String reason, int count) {}

        @Override
        public void ringFree(IntSupplier slots) {}
      };

  /** Dial requests that are new and synced. */
  void accepted(int items);

  /** Dial requests whose token was known, answered as successes. */
  void duplicates(int items);

  /**
   * @param reason a failure code for single items ({@code InvalidInput}, {@code UnknownError}), an
   *     error code for whole requests ({@code ThrottlingException}), each of which counts once
   */
  void refused(String reason, int count);

  /** Given once, at the start: how many slots of the ring are free; any thread. */
  void ringFree(IntSupplier slots);
}
