package io.dialspool.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Member.Place;
import io.dialspool.http.HttpCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An operation of the API as the contract's section 2 has it: routing, shapes, errors, quota. Two
 * operations of one name differ in their version.
 */
public final class Operation {
  /** An edition of the API; both live on the same host. */
  public enum Version {
    /** 2021-01-30. */
    V1,
    /** 2024-04-23; every path begins with {@code /v2/}. */
    V2
  }

  private final String name;
  private final Version version;
  private final String method;
  private final String path;
  private final List<String> segments;
  private final Shape.Structure input;
  private final Shape.Structure body;
  private final Shape.Structure output;
  private final Set<DeclaredError> errors;
  private final boolean idempotent;
  private final double callsPerSecond;
  private final int burst;

  Operation(
      String name,
      Version version,
      String method,
      String path,
      Shape.Structure input,
      Shape.Structure output,
      Set<DeclaredError> errors,
      boolean idempotent,
      double callsPerSecond,
      int burst) {
    this.name = name;
    this.version = version;
    this.method = method;
    this.path = path;
    this.segments = List.of(path.substring(1).split("/", -1));
    this.input = input;
    this.body =
        Shape.Structure.of(
            input.members().stream()
                .filter(member -> member.place() == Place.BODY)
                .toArray(Member[]::new));
    this.output = output;
    this.errors = Collections.unmodifiableSet(EnumSet.copyOf(errors));
    this.idempotent = idempotent;
    this.callsPerSecond = callsPerSecond;
    this.burst = burst;
  }

  /** As the model calls it: {@code PutDialRequestBatch}. */
  public String name() {
    return name;
  }

  public Version version() {
    return version;
  }

  /** The HTTP method. */
  public String method() {
    return method;
  }

  /** The path with its labels in braces: <code>/campaigns/{id}/state</code>. */
  public String path() {
    return path;
  }

  /** Labels, query and body together; each member says where it comes from. */
  public Shape.Structure input() {
    return input;
  }

  /** The members of the answer's body. */
  public Shape.Structure output() {
    return output;
  }

  /** Whether a success has an empty body. */
  public boolean isVoid() {
    return output.members().isEmpty();
  }

  /** Whether a call has a body that is read. */
  public boolean hasBody() {
    return !body.members().isEmpty();
  }

  public Set<DeclaredError> errors() {
    return errors;
  }

  /** Whether the model carries the idempotent trait. */
  public boolean isIdempotent() {
    return idempotent;
  }

  /** Rate of the token bucket of one account in one Region. Source: contract section 9. */
  public double callsPerSecond() {
    return callsPerSecond;
  }

  /** Size of that bucket. */
  public int burst() {
    return burst;
  }

  /**
   * The labels, decoded, if a call is this operation's, else null.
   *
   * @param rawSegments of the path as sent, still percent-encoded, split at each slash
   */
  @Nullable Map<String, String> match(String calledMethod, List<String> rawSegments) {
    if (!method.equals(calledMethod) || segments.size() != rawSegments.size()) {
      return null;
    }
    var labels = new LinkedHashMap<String, String>();
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      if (segment.startsWith("{")) {
        labels.put(
            segment.substring(1, segment.length() - 1), HttpCall.decoded(rawSegments.get(i)));
      } else if (!segment.equals(rawSegments.get(i))) {
        return null;
      }
    }
    return labels;
  }

  /**
   * Reads a call's input: every member that was given, checked, and no other. Times are text in UTC
   * as {@link java.time.Instant#parse} takes it. Any thread.
   *
   * @param labels decoded
   * @param rawQuery as sent, without the question mark; empty for none
   * @param sent the body; an empty one counts as an object without members
   * @throws BrokenShapeException if anything breaks its shape
   */
  public ObjectNode read(Map<String, String> labels, String rawQuery, byte[] sent) {
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    for (Member member : input.members()) {
      if (member.place() == Place.LABEL) {
        values.put(
            member.name(), checked(member.name(), labels.getOrDefault(member.name(), ""), member));
      } else if (member.place() == Place.QUERY) {
        values.set(member.name(), repeated(member, rawQuery));
      }
    }
    if (hasBody()) {
      boolean needed = body.members().stream().anyMatch(Member::required);
      if (sent.length > 0 || needed) {
        values.setAll((ObjectNode) Json.read(sent, body));
      }
    }
    return values;
  }

  private static ArrayNode repeated(Member member, String rawQuery) {
    var items = (Shape.Items) member.shape();
    var values = new ArrayList<String>();
    for (String pair : rawQuery.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = HttpCall.decoded(equals < 0 ? pair : pair.substring(0, equals));
      if (key.equals(member.name())) {
        values.add(equals < 0 ? "" : HttpCall.decoded(pair.substring(equals + 1)));
      }
    }
    if (values.size() < items.itemsMin() || values.size() > items.itemsMax()) {
      throw new BrokenShapeException(member.name(), values.size() + " items", items.expected());
    }
    ArrayNode read = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < values.size(); i++) {
      read.add(checkedText(member.name() + "[" + i + "]", values.get(i), items.item()));
    }
    return read;
  }

  private static String checked(String at, String text, Member member) {
    return checkedText(at, text, member.shape());
  }

  private static String checkedText(String at, String text, Shape shape) {
    var form = (Shape.Text) shape;
    String fault = form.fault(text);
    if (fault != null) {
      throw new BrokenShapeException(at, fault, form.bound(fault));
    }
    return text;
  }

  @Override
  public String toString() {
    return version + " " + name;
  }
}
