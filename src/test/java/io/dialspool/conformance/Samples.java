package io.dialspool.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Member;
import io.dialspool.api.Member.Place;
import io.dialspool.api.Operation;
import io.dialspool.api.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Inputs that the description allows, made from it.
 *
 * <p>What only the surroundings know (an id that exists) comes from {@code known}, by the member's
 * name at the input's top.
 */
final class Samples {
  /** A text is the first of these that fits; a text that none fits needs one more. */
  private static final List<String> TEXTS =
      List.of(
          "Zoë 東京 \uD83D\uDE00",
          "sample",
          "+12065550100",
          "arn:aws:connect-campaigns:us-east-1:123456789012:campaign/sample");

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final AtomicInteger MADE = new AtomicInteger();

  /** How much of a shape a sample has. */
  private enum Extent {
    /** All members. */
    FULL,
    /** The required ones alone, lists as short as can be. */
    LEAST
  }

  /**
   * Which of the samples of an operation.
   *
   * @param branch of its unions' members, the one that is there
   */
  record Variant(Extent extent, int branch) {
    static final Variant FULL = new Variant(Extent.FULL, 0);
  }

  private final Map<String, JsonNode> known;
  private final Extent extent;
  private final int branch;

  private Samples(Map<String, JsonNode> known, Variant variant) {
    this.known = known;
    this.extent = variant.extent();
    this.branch = variant.branch();
  }

  /** A sample of the operation's input. */
  static ObjectNode of(Operation operation, Variant variant, Map<String, JsonNode> known) {
    return new Samples(known, variant).input(operation);
  }

  /** Full and least, for each member of a union. */
  static List<Variant> variants(Operation operation) {
    var variants = new ArrayList<Variant>();
    for (int branch = 0; branch < branches(operation.input()); branch++) {
      variants.add(new Variant(Extent.FULL, branch));
      variants.add(new Variant(Extent.LEAST, branch));
    }
    return variants;
  }

  private static int branches(Shape shape) {
    if (shape instanceof Shape.Union union) {
      return union.members().size();
    } else if (shape instanceof Shape.Structure structure) {
      return structure.members().stream().mapToInt(m -> branches(m.shape())).max().orElse(1);
    } else if (shape instanceof Shape.Items items) {
      return branches(items.item());
    }
    return 1;
  }

  private ObjectNode input(Operation operation) {
    ObjectNode input = JSON.objectNode();
    for (Member member : operation.input().members()) {
      JsonNode surely = known.get(member.name());
      if (surely != null) {
        if (wants(member) || member.place() != Place.BODY) {
          input.set(member.name(), surely);
        }
      } else if (wants(member)) {
        input.set(member.name(), value(member.name(), member.shape()));
      }
    }
    // A page's token is one that an earlier page gave.
    input.remove("nextToken");
    return input;
  }

  private boolean wants(Member member) {
    return member.required() || extent == Extent.FULL;
  }

  private JsonNode value(String name, Shape shape) {
    if (shape instanceof Shape.Text text) {
      return JSON.textNode(text(name, text));
    } else if (shape instanceof Shape.Whole whole) {
      return JSON.numberNode(whole.max());
    } else if (shape instanceof Shape.Decimal decimal) {
      return JSON.numberNode(extent == Extent.FULL ? decimal.max() / 2 : decimal.min());
    } else if (shape instanceof Shape.Bool) {
      return JSON.booleanNode(extent == Extent.FULL);
    } else if (shape instanceof Shape.Timestamp) {
      return JSON.textNode(Instant.now().plusSeconds(300).toString());
    } else if (shape instanceof Shape.Choice choice) {
      return JSON.textNode(choice.values().get(0));
    } else if (shape instanceof Shape.Items items) {
      return items(name, items);
    } else if (shape instanceof Shape.Entries entries) {
      return entries(entries);
    } else if (shape instanceof Shape.Structure structure) {
      return structure(structure);
    } else if (shape instanceof Shape.Union union) {
      Member one = union.members().get(branch % union.members().size());
      return JSON.objectNode().set(one.name(), value(one.name(), one.shape()));
    }
    throw new AssertionError("no sample for " + shape);
  }

  private static String text(String name, Shape.Text text) {
    if (name.equals("clientToken") || name.equals("name")) {
      return name + "-" + MADE.incrementAndGet(); // no two may be the same
    }
    for (String candidate : TEXTS) {
      if (fits(candidate, text)) {
        return candidate;
      }
    }
    throw new AssertionError("no sample for " + name + ", which wants " + text);
  }

  static boolean fits(String text, Shape.Text shape) {
    int chars = text.codePointCount(0, text.length());
    return chars >= shape.charsMin()
        && chars <= shape.charsMax()
        && (shape.form() == null || shape.form().matcher(text).matches());
  }

  private ArrayNode items(String name, Shape.Items items) {
    ArrayNode values = JSON.arrayNode();
    int wanted = extent == Extent.FULL ? Math.min(2, items.itemsMax()) : items.itemsMin();
    for (int i = 0; i < wanted; i++) {
      values.add(value(name, items.item()));
    }
    return values;
  }

  private ObjectNode entries(Shape.Entries entries) {
    ObjectNode values = JSON.objectNode();
    if (extent == Extent.FULL) {
      String name = text("", entries.name());
      values.put(name, text("", entries.value()));
      values.put(name + "-empty", "");
    }
    return values;
  }

  private ObjectNode structure(Shape.Structure structure) {
    ObjectNode values = JSON.objectNode();
    for (Member member : structure.members()) {
      if (wants(member)) {
        values.set(member.name(), value(member.name(), member.shape()));
      }
    }
    if (!structure.anyOf().isEmpty() && structure.anyOf().stream().noneMatch(values::has)) {
      String one = structure.anyOf().get(0);
      for (Member member : structure.members()) {
        if (member.name().equals(one)) {
          values.set(one, value(one, member.shape()));
        }
      }
    }
    return values;
  }
}
