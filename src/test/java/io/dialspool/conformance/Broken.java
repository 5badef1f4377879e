package io.dialspool.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Member;
import io.dialspool.api.Member.Place;
import io.dialspool.api.Operation;
import io.dialspool.api.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An input with one fault, of a kind that AWS's SDKs send without looking.
 *
 * @param at the member, as messages name it
 * @param fault in words
 * @param ofForm whether the fault is in a text's length or pattern; else it is in structure, number
 *     or range
 */
record Broken(String at, String fault, boolean ofForm, ObjectNode input) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** A text of the right length that breaks a pattern is one of these. */
  private static final List<String> ODD = List.of("a b", "ä", "\n", "aws:a");

  /** Each fault that one change makes of {@code valid}, in the order of the description. */
  static List<Broken> allOf(Operation operation, ObjectNode valid) {
    var found = new ArrayList<Broken>();
    for (Member member : operation.input().members()) {
      // A label that isn't there, and a query without the member, is nothing an SDK can say.
      ofMember(member, "", member.place() == Place.BODY, valid, found, change -> change.in(valid));
    }
    return found;
  }

  /** A change that makes the fault, for the object that holds the member. */
  private interface Change {
    void make(ObjectNode holder);

    default ObjectNode in(ObjectNode holder) {
      ObjectNode copy = holder.deepCopy();
      make(copy);
      return copy;
    }
  }

  /**
   * @param whole makes the whole input of a change in {@code holder}
   */
  private static void ofMember(
      Member member,
      String prefix,
      boolean mayMiss,
      ObjectNode holder,
      List<Broken> found,
      Function<Change, ObjectNode> whole) {
    String name = member.name();
    String at = prefix + name;
    if (member.required() && mayMiss) {
      found.add(new Broken(at, "missing", false, whole.apply(h -> h.remove(name))));
    }
    if (holder.has(name)) {
      ofValue(
          member.shape(),
          at,
          member.place() == Place.LABEL,
          holder.get(name),
          found,
          value -> whole.apply(h -> h.set(name, value)));
    }
  }

  /**
   * @param whole makes the whole input of another value here
   */
  private static void ofValue(
      Shape shape,
      String at,
      boolean label,
      JsonNode value,
      List<Broken> found,
      Function<JsonNode, ObjectNode> whole) {
    if (shape instanceof Shape.Text text) {
      ofText(
          text,
          label,
          (fault, broken) ->
              found.add(new Broken(at, fault, true, whole.apply(JSON.textNode(broken)))));
    } else if (shape instanceof Shape.Whole range) {
      found.add(new Broken(at, "too small", false, whole.apply(JSON.numberNode(range.min() - 1))));
      found.add(new Broken(at, "too great", false, whole.apply(JSON.numberNode(range.max() + 1))));
    } else if (shape instanceof Shape.Decimal range) {
      found.add(
          new Broken(at, "too small", false, whole.apply(JSON.numberNode(range.min() - 0.001))));
      found.add(
          new Broken(at, "too great", false, whole.apply(JSON.numberNode(range.max() + 0.001))));
    } else if (shape instanceof Shape.Choice) {
      found.add(new Broken(at, "no choice", false, whole.apply(JSON.textNode("Nonsense"))));
    } else if (shape instanceof Shape.Items items) {
      ofItems(items, at, (ArrayNode) value, found, whole);
    } else if (shape instanceof Shape.Entries entries) {
      ofEntries(entries, at, found, whole);
    } else if (shape instanceof Shape.Structure structure) {
      ObjectNode members = (ObjectNode) value;
      for (Member member : structure.members()) {
        ofMember(member, at + ".", true, members, found, change -> whole.apply(change.in(members)));
      }
      if (!structure.anyOf().isEmpty()) {
        Change none = h -> h.remove(structure.anyOf());
        found.add(new Broken(at, "none of several", false, whole.apply(none.in(members))));
      }
    } else if (shape instanceof Shape.Union union) {
      ofUnion(union, at, (ObjectNode) value, found, whole);
    }
  }

  private interface Fault {
    void found(String fault, String text);
  }

  private static void ofText(Shape.Text text, boolean label, Fault sink) {
    int floor = label ? 1 : 0; // an SDK refuses an empty label itself
    if (text.charsMin() > floor) {
      sink.found("too short", "a".repeat(text.charsMin() - 1));
    }
    sink.found("too long", "a".repeat(text.charsMax() + 1));
    if (text.form() != null) {
      for (String odd : ODD) {
        String padded = odd + "a".repeat(Math.max(0, text.charsMin() - odd.length()));
        if (!text.form().matcher(padded).matches()) {
          sink.found("breaks the pattern", padded);
          return;
        }
      }
      throw new AssertionError("no text breaks " + text.form());
    }
  }

  private static void ofItems(
      Shape.Items items,
      String at,
      ArrayNode value,
      List<Broken> found,
      Function<JsonNode, ObjectNode> whole) {
    if (items.itemsMin() > 0) {
      found.add(new Broken(at, "too few", false, whole.apply(JSON.arrayNode())));
    }
    ArrayNode many = JSON.arrayNode();
    for (int i = 0; i <= items.itemsMax(); i++) {
      many.add(value.get(0));
    }
    found.add(new Broken(at, "too many", false, whole.apply(many)));
    int last = value.size() - 1;
    ofValue(
        items.item(),
        at + "[" + last + "]",
        false,
        value.get(last),
        found,
        item -> {
          ArrayNode changed = value.deepCopy();
          changed.set(last, item);
          return whole.apply(changed);
        });
  }

  private static void ofEntries(
      Shape.Entries entries, String at, List<Broken> found, Function<JsonNode, ObjectNode> whole) {
    ofText(
        entries.name(),
        false,
        (fault, name) ->
            found.add(
                new Broken(
                    at, "name " + fault, true, whole.apply(JSON.objectNode().put(name, "a")))));
    ofText(
        entries.value(),
        false,
        (fault, text) ->
            found.add(
                new Broken(
                    at, "value " + fault, true, whole.apply(JSON.objectNode().put("a", text)))));
    if (entries.entriesMax() < 1000) {
      ObjectNode many = JSON.objectNode();
      for (int i = 0; i <= entries.entriesMax(); i++) {
        many.put("a" + i, "a");
      }
      found.add(new Broken(at, "too many", false, whole.apply(many)));
    }
  }

  private static void ofUnion(
      Shape.Union union,
      String at,
      ObjectNode value,
      List<Broken> found,
      Function<JsonNode, ObjectNode> whole) {
    found.add(new Broken(at, "none of its members", false, whole.apply(JSON.objectNode())));
    ObjectNode two = value.deepCopy();
    for (Member other : union.members()) {
      if (two.size() == 1 && !two.has(other.name())) {
        two.set(other.name(), value.iterator().next()); // they are alike enough for the SDKs
      }
    }
    found.add(new Broken(at, "two of its members", false, whole.apply(two)));
    for (Member member : union.members()) {
      if (value.has(member.name())) {
        ofMember(member, at + ".", false, value, found, change -> whole.apply(change.in(value)));
      }
    }
  }

  @Override
  public String toString() {
    return at + " " + fault;
  }
}
