package io.dialspool.replay;

import io.dialspool.replay.Column.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells what each column of a source is for: first by {@code --map}, then by the names of Amazon
 * Pinpoint's segment files, then by common names. Every other column is an attribute.
 */
final class Columns {
  private static final String ATTRIBUTES = "attributes.";
  private static final String USER_ATTRIBUTES = "user.userattributes.";
  private static final Map<String, Kind> MEMBERS =
      Map.of(
          "phoneNumber", Kind.PHONE_NUMBER,
          "clientToken", Kind.CLIENT_TOKEN,
          "expirationTime", Kind.EXPIRATION_TIME,
          "expiresIn", Kind.EXPIRES_IN);
  // In order of preference, lower case, letters and digits alone.
  private static final Map<Kind, List<String>> COMMON =
      new LinkedHashMap<>(
          Map.of(
              Kind.PHONE_NUMBER, List.of("phonenumber", "phone", "number", "address", "msisdn"),
              Kind.CLIENT_TOKEN, List.of("clienttoken", "token", "id"),
              Kind.EXPIRATION_TIME, List.of("expirationtime", "deadline", "expires"),
              Kind.EXPIRES_IN, List.of("expiresin")));
  private static final Pattern LEGAL_ATTRIBUTE = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Pattern LIKE_A_NUMBER = Pattern.compile("\\+?[\\d ()./-]{6,}");

  private final Map<String, String> mapping;

  /**
   * @param mapping member to column
   * @throws ReplayException usage, for a member that doesn't exist
   */
  Columns(Map<String, String> mapping) {
    this.mapping = mapping;
    for (String member : mapping.keySet()) {
      boolean attribute =
          member.startsWith(ATTRIBUTES)
              && LEGAL_ATTRIBUTE.matcher(member.substring(ATTRIBUTES.length())).matches();
      if (!attribute && !MEMBERS.containsKey(member)) {
        throw ReplayException.usage(
            "--map "
                + member
                + ": no such member (expected: phoneNumber, clientToken, expirationTime, expiresIn"
                + " or attributes.NAME with letters, digits, - and _)");
      }
    }
  }

  /**
   * For a header line.
   *
   * @throws ReplayException usage, for a column in {@code --map} that isn't there, or when none
   *     holds the number
   */
  Column[] ofHeader(String source, List<String> names) {
    for (String column : mapping.values()) {
      if (find(names, column) < 0) {
        throw ReplayException.usage(
            source + ": no column " + column + " as --map says (columns: " + list(names) + ")");
      }
    }
    Column[] columns = resolve(names, false);
    if (Arrays.stream(columns).noneMatch(column -> column.kind() == Kind.PHONE_NUMBER)) {
      throw ReplayException.usage(
          source
              + ": no column is known to hold the number (columns: "
              + list(names)
              + "; expected: --map phoneNumber=COLUMN)");
    }
    return columns;
  }

  /**
   * For the members of an NDJSON line, nested ones with dots.
   *
   * @param contract whether the line has {@code attributes} of its own, so that further members
   *     mean nothing
   */
  Column[] ofMembers(List<String> names, boolean contract) {
    return resolve(names, contract);
  }

  private Column[] resolve(List<String> names, boolean contract) {
    Column[] columns = new Column[names.size()];
    Set<Kind> taken = new HashSet<>();
    mapping.forEach(
        (member, name) -> {
          int at = find(names, name);
          Kind kind = MEMBERS.get(member);
          if (at >= 0) {
            columns[at] =
                kind == null
                    ? Column.attribute(member.substring(ATTRIBUTES.length()))
                    : Column.of(kind);
          }
          if (kind != null) {
            taken.add(kind);
          }
        });
    boolean pinpoint = find(names, "ChannelType") >= 0 && find(names, "Address") >= 0;
    if (pinpoint) {
      put(columns, taken, names, "Address", Kind.PHONE_NUMBER);
      put(columns, taken, names, "Id", Kind.CLIENT_TOKEN);
      put(columns, taken, names, "ChannelType", Kind.CHANNEL);
      put(columns, taken, names, "OptOut", Kind.OPT_OUT);
      put(columns, taken, names, "EndpointStatus", Kind.ENDPOINT_STATUS);
    }
    COMMON.forEach(
        (kind, common) -> {
          for (String name : common) {
            if (!taken.contains(kind)) {
              putCommon(columns, taken, names, name, kind);
            }
          }
        });
    Map<String, Integer> attributes = new HashMap<>();
    for (Column column : columns) {
      if (column != null && column.kind() == Kind.ATTRIBUTE) {
        attributes.put(column.attribute(), 1);
      }
    }
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] == null) {
        columns[i] = attribute(names.get(i), i, contract && !pinpoint, attributes);
      }
    }
    return columns;
  }

  private static Column attribute(
      String name, int index, boolean contract, Map<String, Integer> taken) {
    String stripped = name.strip();
    String bare = withoutPrefix(stripped);
    if (contract) {
      // As it came: whether the name is legal is for the intake to say.
      return stripped.startsWith(ATTRIBUTES) ? Column.attribute(bare) : Column.of(Kind.IGNORED);
    }
    String legal = bare.replaceAll("[^A-Za-z0-9_-]", "_");
    String wanted = legal.isEmpty() ? "column_" + (index + 1) : legal;
    int times = taken.merge(wanted, 1, Integer::sum);
    return Column.attribute(times == 1 ? wanted : wanted + "_" + times);
  }

  private static String withoutPrefix(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith(ATTRIBUTES)) {
      return name.substring(ATTRIBUTES.length());
    }
    return lower.startsWith(USER_ATTRIBUTES) ? name.substring(USER_ATTRIBUTES.length()) : name;
  }

  private static void put(
      Column[] columns, Set<Kind> taken, List<String> names, String name, Kind kind) {
    int at = find(names, name);
    if (at >= 0 && columns[at] == null && taken.add(kind)) {
      columns[at] = Column.of(kind);
    }
  }

  private static void putCommon(
      Column[] columns, Set<Kind> taken, List<String> names, String common, Kind kind) {
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] == null && bare(names.get(i)).equals(common)) {
        columns[i] = Column.of(kind);
        taken.add(kind);
        return;
      }
    }
  }

  private static String bare(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "");
  }

  /** As written, else whatever the case. */
  private static int find(List<String> names, String wanted) {
    int whateverTheCase = -1;
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i).strip();
      if (name.equals(wanted.strip())) {
        return i;
      }
      if (whateverTheCase < 0 && name.equalsIgnoreCase(wanted.strip())) {
        whateverTheCase = i;
      }
    }
    return whateverTheCase;
  }

  /** A file without a header line has a lead in its first line: that must not be shown. */
  private static String list(List<String> names) {
    @Nullable String number =
        names.stream()
            .filter(name -> LIKE_A_NUMBER.matcher(name.strip()).matches())
            .findAny()
            .orElse(null);
    return number == null
        ? String.join(", ", names)
        : names.size() + ", but the first line looks like a row and not like names";
  }
}
