package io.dialspool.campaignservice;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong on purpose. Shares are 0 to 1 and concern PutDialRequestBatch alone; a null
 * override leaves the configuration's value. Not kept over a restart.
 *
 * @param seed of the dice for all shares, thrown anew with each setting; null for the configured
 * @param latencyMs before each answer, 0 to 60,000
 * @param share429 of calls answered ThrottlingException, nothing done
 * @param share500 of calls answered InternalServerException, nothing done
 * @param share503 of calls answered ServiceUnavailable, nothing done
 * @param shareDroppedBefore of calls whose connection is closed with nothing done
 * @param shareDroppedAfter of calls whose connection is closed after all was done and synced
 * @param shareMissing of taken items that are left out of the answer
 * @param shareDoubled of items that are answered twice
 * @param shareForeign of answers with a token that was not asked for
 * @param shareUnknownError of items failed as UnknownError and not taken
 * @param retryAfterSeconds sent with every 429; 0 for none, as the real service
 * @param callsPerSecond PutDialRequestBatch, rate of the token bucket
 * @param burst size of that bucket
 * @param buffer dial requests that one dialer holds; 0 for always full
 * @param drainPerSecond of a running campaign's buffer; 0 for as fast as agents allow
 * @param agents of each dialer
 * @param ringMs how long a call rings on average
 * @param talkMs how long an answered one keeps its agent on average
 * @param answerRate share of calls that are answered
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Faults(
    @Nullable Long seed,
    @Nullable Integer latencyMs,
    double share429,
    double share500,
    double share503,
    double shareDroppedBefore,
    double shareDroppedAfter,
    double shareMissing,
    double shareDoubled,
    double shareForeign,
    double shareUnknownError,
    int retryAfterSeconds,
    @Nullable Double callsPerSecond,
    @Nullable Integer burst,
    @Nullable Integer buffer,
    @Nullable Double drainPerSecond,
    @Nullable Integer agents,
    @Nullable Integer ringMs,
    @Nullable Integer talkMs,
    @Nullable Double answerRate) {
  public static final Faults NONE =
      new Faults(
          null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, null, null, null, null, null, null, null);
  private static final Set<String> MEMBERS = members();

  /**
   * Reads {@code {"share429":0.1,…}}; members left out are 0 or not overridden.
   *
   * @throws IllegalArgumentException naming the member, the fault and what was expected
   */
  public static Faults ofJson(byte[] json) {
    try {
      Shape shape = Shape.ofBody(json);
      shape.refuseOthers(MEMBERS);
      Integer retryAfterSeconds = shape.optionalInteger("retryAfterSeconds", 0, 3600);
      return new Faults(
          shape.optionalLong("seed"),
          shape.optionalInteger("latencyMs", 0, 60_000),
          share(shape, "share429"),
          share(shape, "share500"),
          share(shape, "share503"),
          share(shape, "shareDroppedBefore"),
          share(shape, "shareDroppedAfter"),
          share(shape, "shareMissing"),
          share(shape, "shareDoubled"),
          share(shape, "shareForeign"),
          share(shape, "shareUnknownError"),
          retryAfterSeconds == null ? 0 : retryAfterSeconds,
          shape.optionalNumber("callsPerSecond", 0.1, 1_000_000),
          shape.optionalInteger("burst", 1, 1_000_000),
          shape.optionalInteger("buffer", 0, 10_000_000),
          shape.optionalNumber("drainPerSecond", 0, 1_000_000),
          shape.optionalInteger("agents", 1, 1_000_000),
          shape.optionalInteger("ringMs", 0, 600_000),
          shape.optionalInteger("talkMs", 0, 3_600_000),
          shape.optionalNumber("answerRate", 0, 1));
    } catch (Refused e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The form that {@link #ofJson} reads. */
  public byte[] json() {
    try {
      return Shape.JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("faults can't be written", e);
    }
  }

  private static double share(Shape shape, String member) {
    Double share = shape.optionalNumber(member, 0, 1);
    return share == null ? 0 : share;
  }

  private static Set<String> members() {
    var members = new TreeSet<String>();
    for (var component : Faults.class.getRecordComponents()) {
      members.add(component.getName());
    }
    return members;
  }
}
