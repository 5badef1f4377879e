package io.dialspool.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done. Holds no number and no attribute of a person: a number that says which
 * requests were meant is masked by whoever makes the entry.
 *
 * @param who name or id of the key; {@code loopback} or {@code network} while nobody is asked who
 *     he is
 * @param from the address that the call came from; empty for none
 * @param action the API's name of the operation, or ours: {@code Recall}, {@code Redrive}
 * @param campaign null if it was done to none, or to many
 * @param details what else belongs to it: counts, filter, answer
 */
public record AuditEntry(
    String who, String from, String action, @Nullable String campaign, ObjectNode details) {
  /** Details to be filled. */
  public static ObjectNode noDetails() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** As the log has it. */
  ObjectNode line(String at) {
    ObjectNode line = noDetails().put("at", at).put("who", who);
    if (!from.isEmpty()) {
      line.put("from", from);
    }
    line.put("action", action);
    if (campaign != null) {
      line.put("campaign", campaign);
    }
    line.setAll(details);
    return line;
  }
}
