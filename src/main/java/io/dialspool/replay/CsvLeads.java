package io.dialspool.replay;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV file with a header line. */
final class CsvLeads implements LeadReader {
  private static final int HEADER_CHARS_MAX = 64 * 1024;
  private static final int FIELD_CHARS_MAX = 1 << 20;
  private static final char[] DELIMITERS = {',', ';', '\t', '|'};
  private static final char UNREADABLE = '\uFFFD';

  private final CsvReader<CsvRecord> reader;
  private final CloseableIterator<CsvRecord> records;
  private final Column[] columns;
  private final List<String> names;
  private long line = 1;
  private boolean ended;

  CsvLeads(String source, InputStream bytes, Columns mapping, @Nullable Character delimiter)
      throws IOException {
    // Bytes that aren't UTF-8 become U+FFFD, by which their row is found and rejected.
    var text =
        new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8), HEADER_CHARS_MAX);
    char separator = delimiter == null ? delimiterOf(text) : delimiter;
    reader =
        CsvReader.builder()
            .fieldSeparator(separator)
            .commentStrategy(CommentStrategy.NONE)
            .skipEmptyLines(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(FIELD_CHARS_MAX)
            .ofCsvRecord((Reader) new ClosedQuotes(text, separator));
    records = reader.iterator();
    CsvRecord header = nextRecord();
    names = header == null ? List.of() : header.getFields();
    if (names.contains(String.valueOf(ClosedQuotes.MARK))) {
      throw ReplayException.usage(source + ": the quotes of the header line don't match");
    }
    columns = header == null ? new Column[0] : mapping.ofHeader(source, names);
  }

  @Override
  public boolean next(Lead lead) throws IOException {
    if (ended) {
      return false;
    }
    CsvRecord row;
    try {
      do {
        row = nextRecord();
      } while (row != null && isBlank(row));
    } catch (CsvParseException e) {
      // The parser has lost its place: what follows can't be told apart.
      ended = true;
      lead.clear();
      lead.line = line;
      lead.fault("", "not readable as CSV; nothing after this line was read");
      return true;
    }
    if (row == null) {
      return false;
    }
    lead.clear();
    lead.line = line;
    int fields = row.getFieldCount();
    for (int i = 0; i < fields; i++) {
      String value = row.getField(i);
      if (value.isEmpty()) {
        continue;
      }
      if (i >= columns.length) {
        lead.fault("", "more fields than the header has (expected: " + columns.length + ")");
        break;
      }
      if (value.charAt(0) == ClosedQuotes.MARK) {
        lead.fault("", "a quote is not closed, or more text follows it (expected: \"…\")");
        break;
      }
      if (value.indexOf(UNREADABLE) >= 0) {
        lead.fault(names.get(i), "not UTF-8 (expected: UTF-8)");
      }
      lead.take(columns[i], value);
    }
    return true;
  }

  private @Nullable CsvRecord nextRecord() throws IOException {
    try {
      if (!records.hasNext()) {
        return null;
      }
      CsvRecord row = records.next();
      line = row.getStartingLineNumber();
      return row;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  // What a spreadsheet leaves below its last row.
  private static boolean isBlank(CsvRecord row) {
    for (int i = 0; i < row.getFieldCount(); i++) {
      if (!row.getField(i).isBlank()) {
        return false;
      }
    }
    return true;
  }

  /** The candidate that stands most often outside quotes in the header line. */
  private static char delimiterOf(BufferedReader text) throws IOException {
    text.mark(HEADER_CHARS_MAX);
    int[] times = new int[DELIMITERS.length];
    boolean quoted = false;
    boolean begun = false;
    for (int i = 0; i < HEADER_CHARS_MAX - 1; i++) {
      int c = text.read();
      boolean lineEnd = !quoted && (c == '\n' || c == '\r');
      if (c < 0 || (lineEnd && begun)) {
        break;
      }
      begun |= !lineEnd;
      quoted ^= c == '"';
      for (int d = 0; d < DELIMITERS.length && !quoted; d++) {
        times[d] += c == DELIMITERS[d] ? 1 : 0;
      }
    }
    text.reset();
    int best = 0;
    for (int d = 1; d < DELIMITERS.length; d++) {
      best = times[d] > times[best] ? d : best;
    }
    return DELIMITERS[best];
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
