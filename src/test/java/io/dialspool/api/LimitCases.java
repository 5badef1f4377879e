package io.dialspool.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Member.Place;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Inputs made from the description of the API: valid ones, and for every limit of every shape one
 * on it and one just over it. What they are worth follows from the description alone, never from
 * the code that reads inputs.
 */
public final class LimitCases {
  /** The moment of every {@code expirationTime} made here. */
  public static final String TIME = "2026-11-20T12:05:00Z";

  /** A phone number that can be dialled. */
  public static final String NUMBER = "+12065550100";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Map<String, String> SAMPLES = Map.of("phoneNumber", NUMBER);
  private static final Map<Shape.Text, Alphabet> ALPHABETS = new ConcurrentHashMap<>();
  private static final int TYPICAL_CHARS_MAX = 12;

  private final Random random;

  private LimitCases(Random random) {
    this.random = random;
  }

  /** What an input is worth. */
  public enum Worth {
    /** Within every limit. */
    FINE,
    /** A length, pattern, range or value is broken. */
    OUT_OF_BOUNDS,
    /** A wrong JSON type, a missing or null member, too few or too many items or members. */
    MISSHAPEN
  }

  /**
   * An input whose every part but one is ordinary.
   *
   * @param at the part that is on a limit or over it, as messages name it
   */
  public record Case(Operation operation, String at, Worth worth, ObjectNode input) {
    /** Path and query as a client sends them. */
    public String uri() {
      String uri = operation.path();
      var query = new ArrayList<String>();
      for (Member member : operation.input().members()) {
        JsonNode value = input.path(member.name());
        if (member.place() == Place.LABEL) {
          uri = uri.replace("{" + member.name() + "}", encoded(value.asText()));
        } else if (member.place() == Place.QUERY) {
          value.forEach(item -> query.add(member.name() + "=" + encoded(item.textValue())));
        }
      }
      return query.isEmpty() ? uri : uri + "?" + String.join("&", query);
    }

    /** The body as a client sends it; empty if the operation has none. */
    public byte[] body() {
      ObjectNode body = JSON.objectNode();
      for (Member member : operation.input().members()) {
        if (member.place() == Place.BODY && input.has(member.name())) {
          body.set(member.name(), input.get(member.name()));
        }
      }
      return operation.hasBody() ? body.toString().getBytes(UTF_8) : new byte[0];
    }

    @Override
    public String toString() {
      String text = input.toString();
      return operation
          + ", "
          + at
          + " "
          + worth
          + ": "
          + (text.length() > 300 ? text.substring(0, 300) + "…" : text);
    }

    private static String encoded(String text) {
      var encoded = new StringBuilder();
      for (byte b : text.getBytes(UTF_8)) {
        boolean plain = b > 0 && (Character.isLetterOrDigit(b) || "-_.~".indexOf(b) >= 0);
        encoded.append(plain ? "" + (char) b : "%%%02X".formatted(b & 0xFF));
      }
      return encoded.toString();
    }
  }

  private record Value(String at, Worth worth, JsonNode value) {}

  /** An input within every limit. */
  public static Case valid(Operation operation, Random random) {
    var input = (ObjectNode) new LimitCases(random).valid("", operation.input());
    return new Case(operation, "", Worth.FINE, input);
  }

  /** For each limit of each member, one on it and one over it. */
  public static List<Case> of(Operation operation, Random random) {
    var cases = new ArrayList<Case>();
    for (Value value : new LimitCases(random).ofMembers(operation.input(), "")) {
      cases.add(
          new Case(operation, value.at(), value.worth(), (ObjectNode) value.value().deepCopy()));
    }
    return cases;
  }

  // ---- ordinary values

  private JsonNode valid(String name, Shape shape) {
    if (SAMPLES.containsKey(name)) {
      return JSON.textNode(SAMPLES.get(name));
    }
    if (shape instanceof Shape.Text text) {
      int most = Math.min(text.charsMax(), Math.max(text.charsMin(), TYPICAL_CHARS_MAX));
      int least = Math.min(most, Math.max(text.charsMin(), TYPICAL_CHARS_MAX - 4));
      return JSON.textNode(text(text, least + random.nextInt(most - least + 1)));
    }
    if (shape instanceof Shape.Whole whole) {
      return JSON.numberNode(whole.min() + random.nextInt((int) (whole.max() - whole.min()) + 1));
    }
    if (shape instanceof Shape.Decimal decimal) {
      return JSON.numberNode(
          decimal.min() + (decimal.max() - decimal.min()) * random.nextInt(1001) / 1000);
    }
    if (shape instanceof Shape.Bool) {
      return JSON.booleanNode(random.nextBoolean());
    }
    if (shape instanceof Shape.Timestamp) {
      return JSON.textNode(TIME);
    }
    if (shape instanceof Shape.Choice choice) {
      return JSON.textNode(choice.values().get(random.nextInt(choice.values().size())));
    }
    if (shape instanceof Shape.Items items) {
      return items(items, Math.max(items.itemsMin(), 1 + random.nextInt(3)));
    }
    if (shape instanceof Shape.Entries entries) {
      return entries(entries, random.nextInt(4));
    }
    if (shape instanceof Shape.Union union) {
      Member member = union.members().get(random.nextInt(union.members().size()));
      return JSON.objectNode().set(member.name(), valid(member.name(), member.shape()));
    }
    return structure((Shape.Structure) shape);
  }

  private ObjectNode structure(Shape.Structure structure) {
    ObjectNode values = JSON.objectNode();
    for (Member member : structure.members()) {
      if (member.required() || structure.anyOf().contains(member.name()) || random.nextInt(3) > 0) {
        values.set(member.name(), valid(member.name(), member.shape()));
      }
    }
    return values;
  }

  private ArrayNode items(Shape.Items items, int count) {
    ArrayNode values = JSON.arrayNode();
    for (int i = 0; i < count; i++) {
      values.add(valid("", items.item()));
    }
    return values;
  }

  private ObjectNode entries(Shape.Entries entries, int count) {
    ObjectNode values = JSON.objectNode();
    for (int i = 0; i < count; i++) {
      values.put("k" + i, valid("", entries.value()).textValue());
    }
    return values;
  }

  /** A text of that many code points that the form lets pass. */
  private String text(Shape.Text shape, int chars) {
    Alphabet alphabet = ALPHABETS.computeIfAbsent(shape, Alphabet::of);
    if (chars < alphabet.head().length()) {
      return alphabet.head().substring(0, chars);
    }
    var text = new StringBuilder(alphabet.head());
    for (int i = alphabet.head().length(); i < chars; i++) {
      text.append(alphabet.allowed().get(random.nextInt(alphabet.allowed().size())));
    }
    return text.toString();
  }

  /**
   * @param head how every text begins
   */
  private record Alphabet(String head, List<String> allowed) {
    static Alphabet of(Shape.Text shape) {
      // Only an ARN begins in a way of its own.
      String head = characters().anyMatch(c -> passes(shape, c)) ? "" : "arn:";
      return new Alphabet(head, characters().filter(c -> passes(shape, head + c)).toList());
    }
  }

  private static boolean passes(Shape.Text shape, String text) {
    return shape.form() == null || shape.form().matcher(text).matches();
  }

  private static Stream<String> characters() {
    return Stream.concat(
        Stream.of("é", "ﷺ", "😀", " ", "\n", "\t", "\u2028"),
        Stream.iterate('!', c -> c <= '~', c -> (char) (c + 1)).map(String::valueOf));
  }

  // ---- limits

  private List<Value> of(Shape shape, String at) {
    if (shape instanceof Shape.Text text) {
      return ofText(text, at);
    }
    if (shape instanceof Shape.Items items) {
      return ofItems(items, at);
    }
    if (shape instanceof Shape.Entries entries) {
      return ofEntries(entries, at);
    }
    if (shape instanceof Shape.Union union) {
      return ofUnion(union, at);
    }
    if (shape instanceof Shape.Structure structure) {
      List<Value> values = ofMembers(structure, at);
      values.add(new Value(at, Worth.MISSHAPEN, JSON.arrayNode()));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.textNode("x")));
      return values;
    }
    return ofScalar(shape, at);
  }

  private static List<Value> ofScalar(Shape shape, String at) {
    var values = new ArrayList<Value>();
    if (shape instanceof Shape.Whole whole) {
      values.add(new Value(at, Worth.FINE, JSON.numberNode(whole.min())));
      values.add(new Value(at, Worth.FINE, JSON.numberNode(whole.max())));
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.numberNode(whole.min() - 1)));
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.numberNode(whole.max() + 1)));
      values.add(
          new Value(
              at, Worth.OUT_OF_BOUNDS, JSON.numberNode(BigDecimal.TEN.pow(30).toBigInteger())));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.numberNode(1.5)));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.textNode("1")));
    } else if (shape instanceof Shape.Decimal decimal) {
      values.add(new Value(at, Worth.FINE, JSON.numberNode(decimal.min())));
      values.add(new Value(at, Worth.FINE, JSON.numberNode(decimal.max())));
      values.add(new Value(at, Worth.FINE, JSON.numberNode((int) decimal.max())));
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.numberNode(Math.nextDown(decimal.min()))));
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.numberNode(Math.nextUp(decimal.max()))));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.textNode("0.5")));
    } else if (shape instanceof Shape.Bool) {
      values.add(new Value(at, Worth.FINE, JSON.booleanNode(true)));
      values.add(new Value(at, Worth.FINE, JSON.booleanNode(false)));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.textNode("true")));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.numberNode(1)));
    } else if (shape instanceof Shape.Choice choice) {
      choice.values().forEach(one -> values.add(new Value(at, Worth.FINE, JSON.textNode(one))));
      String other = choice.values().get(0).toLowerCase(Locale.ROOT);
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.textNode(other)));
      values.add(new Value(at, Worth.MISSHAPEN, JSON.booleanNode(true)));
    } else {
      for (String fine :
          List.of(
              TIME,
              "2026-11-20t12:05:00z",
              "2026-11-20T12:05:00.000000000Z",
              "2026-11-20T14:05:00.0+02:00",
              "2026-11-20T00:05:00-12:00")) {
        values.add(new Value(at, Worth.FINE, JSON.textNode(fine)));
      }
      values.add(new Value(at, Worth.FINE, JSON.numberNode(1_795_176_300)));
      values.add(new Value(at, Worth.FINE, JSON.numberNode(1_795_176_300.0)));
      for (String broken :
          List.of(
              "",
              "2026-11-20",
              "2026-11-20T12:05Z",
              "2026-11-20T12:05:00",
              "2026-02-30T12:05:00Z",
              "2026-11-20T24:05:00Z",
              "2026-11-20T12:05:00.Z",
              "2026-11-20T12:05:00.0000000000Z",
              "1795176300")) {
        values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.textNode(broken)));
      }
      values.add(new Value(at, Worth.MISSHAPEN, JSON.booleanNode(true)));
    }
    return values;
  }

  private List<Value> ofText(Shape.Text text, String at) {
    var values = new ArrayList<Value>();
    for (String fine : fine(text)) {
      values.add(new Value(at, Worth.FINE, JSON.textNode(fine)));
    }
    for (String broken : broken(text)) {
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, JSON.textNode(broken)));
    }
    values.add(new Value(at, Worth.MISSHAPEN, JSON.numberNode(7)));
    values.add(new Value(at, Worth.MISSHAPEN, JSON.objectNode()));
    return values;
  }

  private List<String> fine(Shape.Text text) {
    var fine = new ArrayList<String>();
    fine.add(text(text, text.charsMax()));
    if (text.charsMin() > 0 || passes(text, "")) {
      fine.add(text(text, text.charsMin()));
    }
    return fine;
  }

  private List<String> broken(Shape.Text text) {
    var broken = new ArrayList<String>();
    broken.add(text(text, text.charsMax() + 1));
    if (text.charsMin() > 0) {
      broken.add(text(text, text.charsMin() - 1));
    } else if (!passes(text, "")) {
      broken.add("");
    }
    String within = text(text, Math.min(text.charsMax() - 1, Math.max(text.charsMin(), 10)));
    characters()
        .filter(c -> !passes(text, within + c))
        .forEach(c -> broken.add(random.nextBoolean() ? within + c : c + within.substring(1)));
    // Of many characters that break a pattern a few will do.
    while (broken.size() > 8) {
      broken.remove(2 + random.nextInt(broken.size() - 2));
    }
    broken.removeIf(one -> one.length() <= text.charsMax() && passesWhole(text, one));
    return broken;
  }

  // A character may be wrong at the end and right at the beginning.
  private static boolean passesWhole(Shape.Text text, String one) {
    int chars = one.codePointCount(0, one.length());
    return chars >= text.charsMin() && chars <= text.charsMax() && passes(text, one);
  }

  private List<Value> ofItems(Shape.Items items, String at) {
    var values = new ArrayList<Value>();
    values.add(new Value(at, Worth.FINE, items(items, items.itemsMin())));
    values.add(new Value(at, Worth.FINE, items(items, items.itemsMax())));
    values.add(new Value(at, Worth.MISSHAPEN, items(items, items.itemsMax() + 1)));
    if (items.itemsMin() > 0) {
      values.add(new Value(at, Worth.MISSHAPEN, items(items, items.itemsMin() - 1)));
    }
    values.add(new Value(at, Worth.MISSHAPEN, JSON.objectNode()));
    ArrayNode around = items(items, Math.max(items.itemsMin(), 1 + random.nextInt(3)));
    int index = random.nextInt(around.size());
    for (Value inner : of(items.item(), at + "[" + index + "]")) {
      ArrayNode changed = around.deepCopy();
      changed.set(index, inner.value());
      values.add(new Value(inner.at(), inner.worth(), changed));
    }
    ArrayNode withNull = around.deepCopy();
    withNull.setNull(index);
    values.add(new Value(at + "[" + index + "]", Worth.MISSHAPEN, withNull));
    return values;
  }

  private List<Value> ofEntries(Shape.Entries entries, String at) {
    var values = new ArrayList<Value>();
    values.add(new Value(at, Worth.FINE, JSON.objectNode()));
    if (entries.entriesMax() < 1000) {
      values.add(new Value(at, Worth.FINE, entries(entries, entries.entriesMax())));
      values.add(new Value(at, Worth.OUT_OF_BOUNDS, entries(entries, entries.entriesMax() + 1)));
    }
    ObjectNode around = entries(entries, 2);
    fine(entries.name())
        .forEach(name -> values.add(new Value(at, Worth.FINE, around.deepCopy().put(name, "v"))));
    broken(entries.name())
        .forEach(
            name ->
                values.add(new Value(at, Worth.OUT_OF_BOUNDS, around.deepCopy().put(name, "v"))));
    for (Value inner : ofText(entries.value(), at)) {
      values.add(new Value(at, inner.worth(), around.deepCopy().set("name", inner.value())));
    }
    values.add(new Value(at, Worth.MISSHAPEN, JSON.arrayNode()));
    values.add(new Value(at, Worth.MISSHAPEN, JSON.textNode("x")));
    return values;
  }

  private List<Value> ofUnion(Shape.Union union, String at) {
    var values = new ArrayList<Value>();
    values.add(new Value(at, Worth.MISSHAPEN, JSON.objectNode()));
    values.add(new Value(at, Worth.MISSHAPEN, JSON.textNode("x")));
    ObjectNode all = JSON.objectNode();
    for (Member member : union.members()) {
      all.set(member.name(), valid(member.name(), member.shape()));
      if (all.size() == 2) {
        values.add(new Value(at, Worth.MISSHAPEN, all.deepCopy()));
      }
      for (Value inner : of(member.shape(), at + "." + member.name())) {
        values.add(
            new Value(
                inner.at(), inner.worth(), JSON.objectNode().set(member.name(), inner.value())));
      }
    }
    values.add(new Value(at, Worth.MISSHAPEN, all));
    return values;
  }

  private List<Value> ofMembers(Shape.Structure structure, String at) {
    var values = new ArrayList<Value>();
    for (Member member : structure.members()) {
      String memberAt = at.isEmpty() ? member.name() : at + "." + member.name();
      for (Value inner : of(member.shape(), memberAt)) {
        if (member.place() == Place.BODY || isText(inner.value())) {
          ObjectNode changed = structure(structure);
          changed.set(member.name(), inner.value());
          values.add(new Value(inner.at(), inner.worth(), changed));
        }
      }
      if (member.place() == Place.BODY) {
        Worth worth = member.required() ? Worth.MISSHAPEN : Worth.FINE;
        ObjectNode missing = structure(structure);
        missing.remove(member.name());
        values.add(new Value(memberAt, worth, missing));
        values.add(new Value(memberAt, worth, missing.deepCopy().putNull(member.name())));
      }
    }
    if (!structure.anyOf().isEmpty()) {
      ObjectNode none = structure(structure);
      none.remove(structure.anyOf());
      values.add(new Value(at, Worth.MISSHAPEN, none));
    }
    return values;
  }

  /** Whether path and query can carry it. */
  private static boolean isText(JsonNode value) {
    if (!value.isArray()) {
      return value.isTextual();
    }
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        return false;
      }
    }
    return true;
  }
}
