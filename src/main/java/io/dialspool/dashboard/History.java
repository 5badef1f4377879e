package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The latest samples of some figures, the oldest overwritten: a bounded past. Counts stay sums
 * since the start of things, so that a sample that came late or not at all falsifies no rate. One
 * thread.
 */
final class History {
  private final List<String> columns;
  private final long[][] rows;
  private int next;
  private int size;

  /**
   * @param columns names of the figures beside the time
   * @param samplesMax kept
   */
  History(List<String> columns, int samplesMax) {
    this.columns = List.copyOf(columns);
    this.rows = new long[samplesMax][columns.size() + 1];
  }

  /**
   * @param atMs milliseconds since 1970
   * @param figures one for each column
   */
  void add(long atMs, long... figures) {
    if (figures.length != columns.size()) {
      throw new IllegalArgumentException(
          "figures: " + figures.length + " (expected: " + columns.size() + ")");
    }
    long[] row = rows[next];
    row[0] = atMs;
    System.arraycopy(figures, 0, row, 1, figures.length);
    next = (next + 1) % rows.length;
    size = Math.min(size + 1, rows.length);
  }

  /** A list for each column, the oldest first; {@code at} in milliseconds since 1970. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    list(json.putArray("at"), 0);
    for (int column = 0; column < columns.size(); column++) {
      list(json.putArray(columns.get(column)), column + 1);
    }
    return json;
  }

  private void list(ArrayNode to, int column) {
    for (int i = 0; i < size; i++) {
      to.add(rows[(next - size + i + rows.length) % rows.length][column]);
    }
  }
}
