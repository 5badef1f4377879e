package io.dialspool.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member of a structure, a union or an operation's input.
 *
 * @param place where it comes from; inside a body always {@link Place#BODY}
 */
public record Member(String name, Shape shape, boolean required, Place place) {
  /** Where a member of an input is found. */
  public enum Place {
    /** A segment of the path. */
    LABEL,
    /** The query; a list repeats its name. */
    QUERY,
    /** A member of the JSON body. */
    BODY
  }

  public static Member required(String name, Shape shape) {
    return new Member(name, shape, true, Place.BODY);
  }

  public static Member optional(String name, Shape shape) {
    return new Member(name, shape, false, Place.BODY);
  }

  static Member label(String name, Shape.Text shape) {
    return new Member(name, shape.notEmpty(), true, Place.LABEL);
  }

  static Member query(String name, Shape.Items shape) {
    return new Member(name, shape, true, Place.QUERY);
  }

  static @Nullable Member named(String name, List<Member> members) {
    for (Member member : members) {
      if (member.name().equals(name)) {
        return member;
      }
    }
    return null;
  }

  /** Reads an object's members that are among {@code members}, in the order in which they came. */
  static ObjectNode readAll(JsonParser json, String at, List<Member> members, boolean closed)
      throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new BrokenShapeException(at, Json.kind(json.currentToken()), "object");
    }
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    var given = new HashSet<String>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      Member member = named(json.currentName(), members);
      if (member == null) {
        if (closed) {
          throw new BrokenShapeException(
              at.isEmpty() ? json.currentName() : at + "." + json.currentName(),
              "unknown",
              String.join(", ", members.stream().map(Member::name).toList()));
        }
        json.nextToken();
        json.skipChildren();
        continue;
      }
      JsonToken value = json.nextToken();
      String memberAt = at.isEmpty() ? member.name() : at + "." + member.name();
      if (!given.add(member.name())) {
        throw new BrokenShapeException(memberAt, "given twice", "once");
      }
      if (value != JsonToken.VALUE_NULL) {
        values.set(member.name(), member.shape().read(json, memberAt));
      } else if (member.required()) {
        throw new BrokenShapeException(memberAt, "null", member.shape().expected());
      }
    }
    return values;
  }

  static void checkRequired(ObjectNode values, String at, List<Member> members) {
    for (Member member : members) {
      if (member.required() && !values.has(member.name())) {
        throw new BrokenShapeException(
            at.isEmpty() ? member.name() : at + "." + member.name(),
            "missing",
            member.shape().expected());
      }
    }
  }
}
