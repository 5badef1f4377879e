package io.dialspool.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.audit.AuditEntry;
import io.dialspool.audit.AuditLog;
import io.dialspool.config.AuditConfig;
import java.io.IOException;
import java.nio.file.Path;

/** Writes down what a command did to a spool that no process has open. */
final class CommandAudit {
  private CommandAudit() {}

  /**
   * The one who did it is the user of the operating system.
   *
   * @param spool the spool's directory
   * @throws io.dialspool.store.StoreException if the log can't be had
   */
  static void write(
      Surroundings surroundings, AuditConfig config, Path spool, String action, ObjectNode details)
      throws IOException {
    var entry =
        new AuditEntry(
            System.getProperty("user.name", "unknown"), "command line", action, null, details);
    try (AuditLog log = AuditLog.open(AuditLog.of(config, spool), config, surroundings.clock())) {
      log.record(entry, () -> {});
    }
  }
}
