package io.dialspool.time;

/** Two clocks: a monotonic one for intervals and the wall for deadlines. Any thread. */
public interface Clock {
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public long epochMs() {
          return System.currentTimeMillis();
        }
      };

  /** Monotonic; nanoseconds from an arbitrary origin. */
  long nanoTime();

  /** Wall clock; milliseconds since 1970 in UTC. */
  long epochMs();
}
