package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Outcomes as CSV: one column for each member that one may have, a header above. RFC 4180. */
final class OutcomeCsv {
  private static final List<String> COLUMNS =
      List.of(
          "cursor",
          "id",
          "clientToken",
          "state",
          "reason",
          "targetDialRequestId",
          "attempts",
          "calls",
          "firstSentAt",
          "lastSentAt",
          "lastFailure",
          "doubt.evidence",
          "doubt.policy",
          "doubt.tokenAliveUntil",
          "settledAt",
          "redriveOf",
          "redrivenAs");
  private static final List<String> OF_DEAD_LETTERS =
      List.of("acceptedAt", "deadline", "phoneNumber", "attributes");

  private final CsvWriter csv;
  private final List<String> columns;

  /**
   * Writes the header.
   *
   * @param out its owner flushes it
   */
  OutcomeCsv(PrintWriter out, boolean deadLetters) {
    csv = CsvWriter.builder().bufferSize(0).build(out);
    columns = new ArrayList<>(COLUMNS);
    if (deadLetters) {
      columns.addAll(OF_DEAD_LETTERS);
    }
    csv.writeRecord(columns);
  }

  /** Writes one; attributes are JSON in a cell. */
  void write(JsonNode outcome) {
    csv.writeRecord(columns.stream().map(column -> cell(outcome, column)).toList());
  }

  private static String cell(JsonNode outcome, String column) {
    JsonNode value = outcome.at("/" + column.replace('.', '/'));
    return value.isMissingNode() || value.isNull()
        ? ""
        : value.isContainerNode() ? value.toString() : value.asText();
  }
}
