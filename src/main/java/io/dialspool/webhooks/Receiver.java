package io.dialspool.webhooks;

import java.util.Set;
import java.util.function.Consumer;

/** The port to who receives. */
interface Receiver extends AutoCloseable {

  /**
   * Sends once. Returns at once; the answer comes once, on any thread, little later than the
   * timeout at the latest, whatever the receiver does.
   */
  void post(Message message, Consumer<Answer> then);

  @Override
  void close();

  /**
   * One call.
   *
   * @param id the same for the same outcomes, however often they are sent
   * @param timestampSeconds of this try, since 1970
   */
  record Message(String id, long timestampSeconds, String signature, byte[] body) {}

  /**
   * What came back.
   *
   * @param status 0 for no answer
   * @param failure our word for it, or the status; never what the receiver wrote
   * @param retryAfterSeconds 0 if it didn't say
   */
  record Answer(int status, String failure, long retryAfterSeconds) {
    /** Says "not now" rather than "not this". */
    private static final Set<Integer> LATER = Set.of(0, 408, 425, 429, 502, 503, 504);

    static Answer of(int status, long retryAfterSeconds) {
      return new Answer(status, "answered " + status, retryAfterSeconds);
    }

    static Answer none(String failure) {
      return new Answer(0, failure, 0);
    }

    boolean isTaken() {
      return status >= 200 && status < 300;
    }

    boolean isAbsent() {
      return LATER.contains(status);
    }
  }
}
