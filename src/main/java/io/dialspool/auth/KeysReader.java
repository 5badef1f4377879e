package io.dialspool.auth;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.dialspool.config.ConfigException;
import io.dialspool.request.CampaignId;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the YAML of a key file, strictly: what isn't understood is a fault, since a right mistyped
 * must not pass for one. All faults are found before anything is said, and none shows a secret.
 */
final class KeysReader {
  static final int KEYS_MAX = 10_000;
  private static final int FAULTS_MAX = 20;
  private static final int SECRET_CHARACTERS_MIN = 12;
  private static final int SECRET_CHARACTERS_MAX = 4_096;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,128}");
  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");
  private static final Set<String> MEMBERS =
      Set.of(
          "name",
          "accessKeyId",
          "secretAccessKey",
          "sessionToken",
          "bearerSha256",
          "expires",
          "rights",
          "campaigns");

  private final String configKey;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Key> signing = new HashMap<>();
  private final Map<String, Key> bearing = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  KeysReader(String configKey) {
    this.configKey = configKey;
  }

  /**
   * @throws ConfigException with every fault, up to {@value #FAULTS_MAX}
   */
  Keys read(byte[] yaml) throws IOException {
    JsonNode root = parsed(yaml);
    if (root != null) {
      root.fieldNames()
          .forEachRemaining(
              member -> {
                if (!member.equals("keys")) {
                  fault(Refusal.shown(member) + ": unknown", "keys");
                }
              });
      JsonNode list = root.path("keys");
      if (!list.isArray() || list.isEmpty() || list.size() > KEYS_MAX) {
        fault(
            "keys: " + (list.isArray() ? list.size() + " entries" : "missing"),
            "a list of 1 to " + KEYS_MAX + " keys");
      } else {
        for (int i = 0; i < list.size(); i++) {
          entry("keys[" + i + "]", list.get(i));
        }
      }
    }
    if (faults.size() > FAULTS_MAX) {
      var first = new ArrayList<>(faults.subList(0, FAULTS_MAX));
      first.add(configKey + ": and " + (faults.size() - FAULTS_MAX) + " faults more");
      throw new ConfigException(first);
    }
    if (!faults.isEmpty()) {
      throw new ConfigException(faults);
    }
    return new Keys(signing, bearing);
  }

  private @Nullable JsonNode parsed(byte[] yaml) throws IOException {
    var mapper =
        new ObjectMapper(
                YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    try {
      JsonNode root = mapper.readTree(yaml);
      if (root.isObject()) {
        return root;
      }
      fault("not a key file", "keys: and a list below it");
    } catch (JsonProcessingException e) {
      // Its message quotes the file: only the place is told.
      JsonLocation at = e.getLocation();
      fault(
          at == null ? "unreadable" : "line " + at.getLineNr() + " column " + at.getColumnNr(),
          "readable YAML, each member at most once");
    }
    return null;
  }

  private void entry(String at, JsonNode entry) {
    if (!entry.isObject()) {
      fault(at + ": not a key", "accessKeyId or bearerSha256, and rights");
      return;
    }
    int faultsBefore = faults.size();
    entry
        .fieldNames()
        .forEachRemaining(
            member -> {
              if (!MEMBERS.contains(member)) {
                fault(
                    at + "." + Refusal.shown(member) + ": unknown",
                    String.join(", ", MEMBERS.stream().sorted().toList()));
              }
            });
    boolean signs = entry.has("accessKeyId") || entry.has("secretAccessKey");
    boolean bears = entry.has("bearerSha256");
    if (signs == bears) {
      fault(
          at + ": " + (signs ? "two kinds of key in one" : "no credentials"),
          "either accessKeyId and secretAccessKey, or bearerSha256");
      return;
    }
    String id =
        signs ? needed(at, entry, "accessKeyId", NAME.asMatchPredicate(), NAME.pattern()) : "";
    String secret =
        signs
            ? needed(
                at,
                entry,
                "secretAccessKey",
                text ->
                    text.length() >= SECRET_CHARACTERS_MIN
                        && text.length() <= SECRET_CHARACTERS_MAX,
                SECRET_CHARACTERS_MIN + " to " + SECRET_CHARACTERS_MAX + " characters")
            : "";
    String token = "";
    if (signs && entry.has("sessionToken")) {
      token =
          needed(
              at,
              entry,
              "sessionToken",
              text -> text.length() <= SECRET_CHARACTERS_MAX,
              "at most " + SECRET_CHARACTERS_MAX + " characters");
    } else if (entry.has("sessionToken")) {
      fault(at + ".sessionToken: given", "none beside bearerSha256");
    }
    String hash =
        bears
            ? needed(
                    at,
                    entry,
                    "bearerSha256",
                    HASH.asMatchPredicate(),
                    "the token's SHA-256, 64 hexadecimal digits")
                .toLowerCase(Locale.ROOT)
            : "";
    String name =
        bears || entry.has("name")
            ? needed(at, entry, "name", NAME.asMatchPredicate(), NAME.pattern())
            : id;
    Set<Right> rights = rights(at + ".rights", entry.path("rights"));
    Set<String> campaigns =
        entry.has("campaigns") ? campaigns(at + ".campaigns", entry.path("campaigns")) : null;
    long expiresMs = entry.has("expires") ? expires(at, entry) : Long.MAX_VALUE;
    if (faults.size() > faultsBefore) {
      return;
    }
    var key =
        new Key(
            new Caller(name, rights),
            campaigns,
            expiresMs,
            signs ? new Secret(secret, token) : null);
    if (!names.add(name)) {
      fault(at + ".name: " + name + " again", "each name once");
    }
    if (signs && signing.putIfAbsent(id, key) != null) {
      fault(at + ".accessKeyId: " + id + " again", "each key once");
    }
    if (bears && bearing.putIfAbsent(hash, key) != null) {
      fault(at + ".bearerSha256: one given before", "each token once");
    }
  }

  // YAML takes 0123 or 1e5 for numbers and no for a boolean: what isn't text is asked for in
  // quotes.
  private String needed(
      String at, JsonNode entry, String member, Predicate<String> form, String expected) {
    JsonNode value = entry.path(member);
    if (value.isMissingNode() || value.isNull()) {
      fault(at + "." + member + ": missing", expected);
    } else if (!value.isTextual()) {
      fault(at + "." + member + ": not a text", "a text, in quotes if it looks like a number");
    } else if (!form.test(value.asText())) {
      fault(at + "." + member + ": malformed", expected);
    } else {
      return value.asText();
    }
    return "";
  }

  private Set<Right> rights(String at, JsonNode list) {
    var rights = EnumSet.noneOf(Right.class);
    if (!list.isArray() || list.isEmpty()) {
      fault(at + ": missing", "a list of submit, read, control");
    }
    for (int i = 0; i < list.size() && list.isArray(); i++) {
      String text = list.get(i).asText();
      Right right = null;
      for (Right each : Right.values()) {
        if (each.toString().equals(text)) {
          right = each;
        }
      }
      if (right == null || !rights.add(right)) {
        fault(
            at + "[" + i + "]: " + Refusal.shown(text),
            "submit, read or control, each at most once");
      }
    }
    return rights;
  }

  private Set<String> campaigns(String at, JsonNode list) {
    var campaigns = new HashSet<String>();
    if (!list.isArray() || list.isEmpty()) {
      fault(at + ": no campaign in it", "a list of campaign ids, or left out for all campaigns");
    }
    for (int i = 0; i < list.size() && list.isArray(); i++) {
      JsonNode id = list.get(i);
      if (!id.isTextual() || !CampaignId.isValid(id.asText())) {
        fault(
            at + "[" + i + "]: malformed", "a campaign's id, in quotes if it looks like a number");
      } else {
        campaigns.add(id.asText());
      }
    }
    return campaigns;
  }

  private long expires(String at, JsonNode entry) {
    try {
      return Instant.parse(entry.path("expires").asText()).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      fault(at + ".expires: malformed", "a time in UTC such as 2026-12-31T23:59:59Z");
      return 0;
    }
  }

  private void fault(String what, String expected) {
    faults.add(configKey + ": " + what + " (expected: " + expected + ")");
  }
}
