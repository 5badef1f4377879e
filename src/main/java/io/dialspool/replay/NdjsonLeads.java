package io.dialspool.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of an NDJSON file: dial requests as in the contract, Pinpoint endpoints, or flat objects
 * whose members are taken like the columns of a CSV file. Nested members are named with dots,
 * several values are joined by commas.
 */
final class NdjsonLeads implements LeadReader {
  private static final int LINE_BYTES_MAX = 1 << 20;

  private final InputStream bytes;
  private final Columns mapping;
  private final JsonFactory json =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(20).build())
          .build();
  private final List<String> names = new ArrayList<>();
  private final List<String> values = new ArrayList<>();
  private boolean contract;

  // Most lines have the members of the line before.
  private List<String> latestNames = List.of();
  private Column[] latestColumns = new Column[0];
  private boolean latestContract;

  private final byte[] buffer = new byte[64 * 1024];
  private int at;
  private int end;
  private byte[] text = new byte[1024];
  private int textBytes;
  private long line;

  NdjsonLeads(InputStream bytes, Columns mapping) {
    this.bytes = bytes;
    this.mapping = mapping;
  }

  @Override
  public boolean next(Lead lead) throws IOException {
    do {
      if (!readLine()) {
        return false;
      }
      line++;
    } while (isBlank());
    lead.clear();
    lead.line = line;
    if (textBytes > LINE_BYTES_MAX) {
      lead.fault("", "line too long (expected: at most 1 MiB)");
      return true;
    }
    names.clear();
    values.clear();
    contract = false;
    // The parser's own messages quote the line: they are not shown.
    try (JsonParser parser = json.createParser(text, 0, textBytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        lead.fault("", "not a JSON object");
        return true;
      }
      object(parser, "");
      if (parser.nextToken() != null) {
        lead.fault("", "more than one JSON object on the line");
        return true;
      }
    } catch (JsonProcessingException e) {
      lead.fault(
          "",
          "not readable as JSON (expected: one whole object a line, UTF-8, each member at most"
              + " once)");
      return true;
    }
    Column[] columns = columns();
    for (int i = 0; i < columns.length; i++) {
      if (isTorn(values.get(i)) || isTorn(names.get(i))) {
        lead.fault("", "half a surrogate pair (expected: whole characters)");
      }
      lead.take(columns[i], values.get(i));
    }
    return true;
  }

  private Column[] columns() {
    if (contract != latestContract || !names.equals(latestNames)) {
      latestColumns = mapping.ofMembers(names, contract);
      latestNames = List.copyOf(names);
      latestContract = contract;
    }
    return latestColumns;
  }

  private void object(JsonParser parser, String prefix) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      String path = prefix.isEmpty() ? name : prefix + name;
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT) {
        contract |= path.equals("attributes");
        object(parser, path + ".");
      } else if (value == JsonToken.START_ARRAY) {
        String joined = array(parser);
        if (!joined.isEmpty()) {
          names.add(path);
          values.add(joined);
        }
      } else if (value != JsonToken.VALUE_NULL) {
        names.add(path);
        values.add(parser.getText());
      }
    }
  }

  private static String array(JsonParser parser) throws IOException {
    var joined = new StringBuilder();
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
        joined.append(joined.isEmpty() ? "" : ",").append(parser.getText());
      }
    }
    return joined.toString();
  }

  /** Of a line beyond the bound only the beginning is kept. */
  private boolean readLine() throws IOException {
    textBytes = 0;
    boolean any = false;
    while (true) {
      if (at == end) {
        at = 0;
        end = Math.max(0, bytes.read(buffer, 0, buffer.length));
        if (end == 0) {
          return any;
        }
      }
      any = true;
      int newline = at;
      while (newline < end && buffer[newline] != '\n') {
        newline++;
      }
      append(newline - at);
      at = newline;
      if (newline < end) {
        at++;
        return true;
      }
    }
  }

  private void append(int length) {
    int kept = Math.min(length, LINE_BYTES_MAX + 1 - textBytes);
    if (text.length - textBytes < kept) {
      text = Arrays.copyOf(text, Math.max(text.length * 2, textBytes + kept));
    }
    System.arraycopy(buffer, at, text, textBytes, kept);
    textBytes += kept;
  }

  private static boolean isTorn(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        boolean pair =
            i + 1 < value.length()
                && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private boolean isBlank() {
    for (int i = 0; i < textBytes; i++) {
      if (!Character.isWhitespace(text[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
