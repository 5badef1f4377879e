package io.dialspool.config;

/**
 * The data port.
 *
 * @param port 0 for any free one
 * @param threads event loops; 1 is best where cores are few
 * @param ringSize slots, a power of two
 * @param bodyBytesMax of a batch
 * @param lineBytesMax of one line of an NDJSON body
 * @param bufferedBytesMax of all bodies on their way in together
 * @param backlogMax unsettled requests over all campaigns; above it intake answers 429
 * @param fullNumberCheck whether libphonenumber judges every number in full (12 µs and 41 KB of
 *     garbage each)
 */
public record IntakeConfig(
    String address,
    int port,
    int threads,
    int ringSize,
    int connectionsMax,
    int idleMs,
    int bodyBytesMax,
    int lineBytesMax,
    long bufferedBytesMax,
    long backlogMax,
    boolean fullNumberCheck) {
  public static final IntakeConfig DEFAULT =
      new IntakeConfig(
          "127.0.0.1",
          8025,
          1,
          2048,
          10_000,
          60_000,
          6 << 20,
          256 << 10,
          128L << 20,
          50_000_000,
          false);

  public IntakeConfig {
    Expect.range("intake.port", port, 0, 65_535);
    Expect.range("intake.threads", threads, 1, 64);
    Expect.range("intake.ringSize", ringSize, 64, 1 << 20);
    Expect.that(Integer.bitCount(ringSize) == 1, "intake.ringSize", ringSize, "a power of two");
    Expect.range("intake.connectionsMax", connectionsMax, 1, 1_000_000);
    Expect.range("intake.idleMs", idleMs, 100, 3_600_000);
    Expect.range("intake.bodyBytesMax", bodyBytesMax, 1 << 10, 64 << 20);
    Expect.range("intake.lineBytesMax", lineBytesMax, 1 << 10, 4 << 20);
    Expect.range("intake.bufferedBytesMax", bufferedBytesMax, bodyBytesMax, 1L << 40);
    Expect.range("intake.backlogMax", backlogMax, 1, 1_000_000_000_000L);
  }
}
