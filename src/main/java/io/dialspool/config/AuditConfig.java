package io.dialspool.config;

/**
 * The audit log.
 *
 * @param file empty for one in the spool's directory
 * @param fileBytesMax a file of this size is put aside
 * @param filesKept of those put aside; 0 for all
 */
public record AuditConfig(String file, long fileBytesMax, int filesKept) {
  public static final AuditConfig DEFAULT = new AuditConfig("", 64L << 20, 0);

  public AuditConfig {
    Expect.range("audit.fileBytesMax", fileBytesMax, 4_096, 1L << 40);
    Expect.range("audit.filesKept", filesKept, 0, 1_000_000);
  }
}
