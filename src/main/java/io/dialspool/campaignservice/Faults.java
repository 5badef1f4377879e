package io.dialspool.campaignservice;

import static io.dialspool.api.Member.optional;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.api.BrokenShapeException;
import io.dialspool.api.DeclaredError;
import io.dialspool.api.Json;
import io.dialspool.api.Operation;
import io.dialspool.api.Operations;
import io.dialspool.api.Shape;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong on purpose. Shares are 0 to 1 and concern PutDialRequestBatch alone, unless they
 * say otherwise; a null override leaves the configuration's value. Not kept over a restart.
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
 * @param operations the error that an operation answers in place of doing anything, both by name;
 *     {@code *} stands for every other operation that declares it
 * @param shareOperations of the calls that {@code operations} is for; null for all
 * @param onboardingFailure how onboarding jobs that begin now end; null for well
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
    @Nullable Double answerRate,
    @Nullable Map<String, String> operations,
    @Nullable Double shareOperations,
    @Nullable String onboardingFailure) {
  public static final Faults NONE =
      new Faults(
          null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, null, null, null, null, null, null, null,
          null, null, null);
  private static final String ALL = "*";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Shape.Decimal SHARE = new Shape.Decimal(0, 1);
  private static final Shape.Structure FORM =
      Shape.Structure.closed(
          optional("seed", new Shape.Whole(Long.MIN_VALUE, Long.MAX_VALUE)),
          optional("latencyMs", new Shape.Whole(0, 60_000)),
          optional("share429", SHARE),
          optional("share500", SHARE),
          optional("share503", SHARE),
          optional("shareDroppedBefore", SHARE),
          optional("shareDroppedAfter", SHARE),
          optional("shareMissing", SHARE),
          optional("shareDoubled", SHARE),
          optional("shareForeign", SHARE),
          optional("shareUnknownError", SHARE),
          optional("retryAfterSeconds", new Shape.Whole(0, 3600)),
          optional("callsPerSecond", new Shape.Decimal(0.1, 1_000_000)),
          optional("burst", new Shape.Whole(1, 1_000_000)),
          optional("buffer", new Shape.Whole(0, 10_000_000)),
          optional("drainPerSecond", new Shape.Decimal(0, 1_000_000)),
          optional("agents", new Shape.Whole(1, 1_000_000)),
          optional("ringMs", new Shape.Whole(0, 600_000)),
          optional("talkMs", new Shape.Whole(0, 3_600_000)),
          optional("answerRate", SHARE),
          optional(
              "operations",
              new Shape.Entries("operation", Shape.Text.of(1, 100), Shape.Text.of(1, 100), 100)),
          optional("shareOperations", SHARE),
          optional("onboardingFailure", Operations.ONBOARDING_FAILURES));

  public Faults {
    operations = operations == null ? null : Collections.unmodifiableMap(new TreeMap<>(operations));
  }

  /**
   * Reads {@code {"share429":0.1,…}}; members left out are 0 or not overridden.
   *
   * @throws IllegalArgumentException naming the member, the fault and what was expected
   */
  public static Faults ofJson(byte[] json) {
    try {
      JsonNode settings = json.length == 0 ? JSON.createObjectNode() : Json.read(json, FORM);
      settings.path("operations").properties().forEach(Faults::checkOrdered);
      return JSON.treeToValue(settings, Faults.class);
    } catch (BrokenShapeException | JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static void checkOrdered(Map.Entry<String, JsonNode> ordered) {
    String name = ordered.getKey();
    DeclaredError error = DeclaredError.ofCode(ordered.getValue().textValue()).orElse(null);
    if (error == null) {
      throw new BrokenShapeException(
          "operations",
          "an unknown error",
          String.join(
              ", ", Arrays.stream(DeclaredError.values()).map(DeclaredError::code).toList()));
    }
    List<Operation> meant =
        Operations.ALL.stream()
            .filter(operation -> name.equals(ALL) || operation.name().equals(name))
            .toList();
    if (meant.isEmpty()) {
      throw new BrokenShapeException(
          "operations", "an unknown operation", "the name of an operation, or *");
    }
    if (meant.stream().noneMatch(operation -> operation.errors().contains(error))) {
      throw new BrokenShapeException(
          "operations",
          name + " doesn't declare " + error.code(),
          String.join(", ", meant.get(0).errors().stream().map(DeclaredError::code).toList()));
    }
  }

  /** The error that this operation is to answer; null for none. */
  @Nullable DeclaredError ordered(Operation operation) {
    if (operations == null) {
      return null;
    }
    String code = operations.getOrDefault(operation.name(), operations.get(ALL));
    return code == null
        ? null
        : DeclaredError.ofCode(code).filter(operation.errors()::contains).orElse(null);
  }

  double shareOperationsOrAll() {
    return shareOperations == null ? 1 : shareOperations;
  }

  /** The form that {@link #ofJson} reads. */
  public byte[] json() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("faults can't be written", e);
    }
  }
}
