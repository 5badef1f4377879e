package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dial requests read the plain way, by a tree and Strings and Jackson's parser of characters: what
 * the parsers of bytes are held against. Null stands for a shape that is refused.
 */
final class PlainReading {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DialRequestReader.NESTING_MAX)
                  .maxNumberLength(100)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();
  private static final Set<String> MEMBERS =
      Set.of("clientToken", "phoneNumber", "expirationTime", "attributes");
  private static final Pattern TIME =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?"
              + "([Zz]|[+-]\\d\\d(:?\\d\\d)?)");
  private static final int TOKEN_KEPT = 201;
  private static final int PHONE_KEPT = 32;

  private PlainReading() {}

  /** An object is a list of entries, as a name may come twice; a scalar a String or a Double. */
  private record Tree(JsonToken kind, List<Map.Entry<String, Tree>> members, String text) {
    List<Tree> named(String name) {
      return members.stream()
          .filter(m -> m.getKey().equals(name))
          .map(Map.Entry::getValue)
          .toList();
    }
  }

  /** One dial request that has its shape. */
  record Item(
      String clientToken,
      String phoneNumber,
      @Nullable Long deadlineMs,
      List<Map.Entry<String, String>> attributes) {

    boolean isFine() {
      return deadlineMs != null
          && attributes.stream().noneMatch(a -> isTorn(a.getKey()) || isTorn(a.getValue()));
    }
  }

  static @Nullable List<Item> batch(byte[] body) {
    Tree tree = tree(body);
    if (tree == null || tree.kind != JsonToken.START_OBJECT) {
      return null;
    }
    List<Tree> given = tree.named("dialRequests");
    if (given.size() != 1 || given.get(0).kind != JsonToken.START_ARRAY) {
      return null;
    }
    var items = new ArrayList<Item>();
    for (Map.Entry<String, Tree> element : given.get(0).members) {
      Item item = item(element.getValue());
      if (item == null) {
        return null;
      }
      items.add(item);
    }
    return items.isEmpty() || items.size() > 25 ? null : items;
  }

  static @Nullable Item line(byte[] line) {
    Tree tree = tree(line);
    return tree == null ? null : item(tree);
  }

  /** What was read must be what is in {@code items} at {@code at}. */
  static void assertSame(Item item, DialItems items, int at) {
    assertEquals(sent(item.clientToken, TOKEN_KEPT), items.token(at));
    assertEquals(
        sent(item.phoneNumber, PHONE_KEPT),
        text(items.bytes(), items.phoneAt(at), items.phoneBytes(at)));
    assertEquals(item.isFine(), items.verdict(at) == Verdict.FINE, "verdict");
    if (item.deadlineMs != null) {
      assertEquals(item.deadlineMs, items.deadlineMs(at), "expirationTime");
    }
    int bytes = 0;
    for (Map.Entry<String, String> pair : item.attributes) {
      bytes += sent(pair.getKey(), 32_769).length() + sent(pair.getValue(), 32_769).length();
    }
    if (bytes > 32_768) {
      return; // too large, which the validate stage says; not all of it is kept
    }
    assertEquals(item.attributes.size(), items.attributePairs(at), "pairs");
    ByteBuffer in =
        ByteBuffer.wrap(items.bytes(), items.attributesAt(at), items.attributesBytes(at));
    for (Map.Entry<String, String> pair : item.attributes) {
      assertEquals(sent(pair.getKey(), 32_769), next(in), "attribute's name");
      assertEquals(sent(pair.getValue(), 32_769), next(in), "attribute's value");
    }
    assertEquals(0, in.remaining(), "bytes behind the attributes");
  }

  private static String next(ByteBuffer in) {
    byte[] utf8 = new byte[in.getInt()];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes, int at, int length) {
    return new String(bytes, at, length, StandardCharsets.UTF_8);
  }

  // Java's encoder makes a ? of half a surrogate pair.
  private static String sent(String text, int charsMax) {
    return new String(
        text.substring(0, Math.min(charsMax, text.length())).getBytes(StandardCharsets.UTF_8),
        StandardCharsets.UTF_8);
  }

  private static boolean isTorn(String text) {
    return !StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static @Nullable Item item(Tree tree) {
    if (tree.kind != JsonToken.START_OBJECT) {
      return null;
    }
    for (String member : MEMBERS) {
      if (tree.named(member).size() != 1) {
        return null;
      }
    }
    Tree token = tree.named("clientToken").get(0);
    Tree phone = tree.named("phoneNumber").get(0);
    Tree attributes = tree.named("attributes").get(0);
    Tree time = tree.named("expirationTime").get(0);
    if (token.kind != JsonToken.VALUE_STRING
        || phone.kind != JsonToken.VALUE_STRING
        || attributes.kind != JsonToken.START_OBJECT) {
      return null;
    }
    var pairs = new ArrayList<Map.Entry<String, String>>();
    var names = new HashSet<String>();
    for (Map.Entry<String, Tree> attribute : attributes.members) {
      if (attribute.getValue().kind != JsonToken.VALUE_STRING || !names.add(attribute.getKey())) {
        return null;
      }
      pairs.add(Map.entry(attribute.getKey(), attribute.getValue().text));
    }
    Long deadlineMs;
    if (time.kind == JsonToken.VALUE_STRING) {
      deadlineMs = time(time.text);
    } else if (time.kind == JsonToken.VALUE_NUMBER_INT
        || time.kind == JsonToken.VALUE_NUMBER_FLOAT) {
      deadlineMs = ExpirationTime.ofSeconds(Double.parseDouble(time.text));
    } else {
      return null;
    }
    return new Item(token.text, phone.text, deadlineMs, pairs);
  }

  private static @Nullable Long time(String text) {
    if (!TIME.matcher(text).matches()) {
      return null;
    }
    try {
      String upper = text.replace('t', 'T').replace('z', 'Z');
      int sign = Math.max(upper.lastIndexOf('+'), upper.lastIndexOf('-'));
      if (sign <= 10) {
        return OffsetDateTime.parse(upper).toInstant().toEpochMilli();
      }
      // java.time knows offsets up to 18 hours, RFC 3339 up to 23:59.
      String digits = upper.substring(sign + 1).replace(":", "");
      int hours = Integer.parseInt(digits.substring(0, 2));
      int minutes = digits.length() == 2 ? 0 : Integer.parseInt(digits.substring(2));
      if (hours > 23 || minutes > 59) {
        return null;
      }
      long offsetMs = (hours * 60L + minutes) * 60_000 * (upper.charAt(sign) == '-' ? -1 : 1);
      return OffsetDateTime.parse(upper.substring(0, sign) + "Z").toInstant().toEpochMilli()
          - offsetMs;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Tree tree(byte[] utf8) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      try (JsonParser parser = JSON.createParser(text)) {
        if (parser.nextToken() == null) {
          return null;
        }
        Tree tree = tree(parser);
        return parser.nextToken() == null ? tree : null;
      }
    } catch (CharacterCodingException e) {
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  private static Tree tree(JsonParser parser) throws IOException {
    JsonToken kind = Objects.requireNonNull(parser.currentToken());
    var members = new ArrayList<Map.Entry<String, Tree>>();
    if (kind == JsonToken.START_OBJECT) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        members.add(Map.entry(name, tree(parser)));
      }
      return new Tree(kind, members, "");
    }
    if (kind == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        members.add(Map.entry("", tree(parser)));
      }
      return new Tree(kind, members, "");
    }
    return new Tree(kind, members, parser.getText());
  }
}
