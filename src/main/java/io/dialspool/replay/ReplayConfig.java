package io.dialspool.replay;

import io.dialspool.target.Identification;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to replay, and how.
 *
 * @param endpoint of a running {@code serve}, http or https
 * @param campaignId the campaign that all rows are for
 * @param columns member ({@code phoneNumber}, {@code clientToken}, {@code expirationTime}, {@code
 *     expiresIn}, {@code attributes.NAME}) to column
 * @param expiresIn deadline of rows without one, counted from the moment they are read
 * @param delimiter of CSV; null to find it out from the header line
 * @param rejects file for rejected rows; made anew at the first of them
 * @param connections requests in flight at once, 1 to 16
 * @param patience how long the endpoint may be in trouble without any progress
 * @param backoffMs first wait after trouble; doubles up to 5 s
 * @param silenceMs an answer that says nothing for so long is given up
 * @param identification says who sends
 * @param tls for https, whom to trust; null for the authorities that Java trusts
 * @param rowsPerSecond sent at most; 0 for as fast as the endpoint takes them
 */
public record ReplayConfig(
    URI endpoint,
    String campaignId,
    List<Source> sources,
    Map<String, String> columns,
    Duration expiresIn,
    @Nullable Character delimiter,
    Path rejects,
    int connections,
    Duration patience,
    int backoffMs,
    int silenceMs,
    Identification identification,
    @Nullable SslContext tls,
    double rowsPerSecond) {
  public static final URI ENDPOINT = URI.create("http://127.0.0.1:8025");
  public static final Duration EXPIRES_IN = Duration.ofHours(4);
  public static final Path REJECTS = Path.of("rejects.csv");
  public static final double ROWS_PER_SECOND_MIN = 0.1;
  public static final double ROWS_PER_SECOND_MAX = 1_000_000;
  public static final Duration PATIENCE = Duration.ofMinutes(1);

  /** To a service that asks nobody, or trusted as Java trusts. */
  public ReplayConfig(
      URI endpoint,
      String campaignId,
      List<Source> sources,
      Map<String, String> columns,
      Duration expiresIn,
      @Nullable Character delimiter,
      Path rejects,
      int connections,
      Duration patience,
      int backoffMs,
      int silenceMs) {
    this(
        endpoint,
        campaignId,
        sources,
        columns,
        expiresIn,
        delimiter,
        rejects,
        connections,
        patience,
        backoffMs,
        silenceMs,
        Identification.NONE,
        null,
        0);
  }

  public ReplayConfig {
    sources = List.copyOf(sources);
    columns = Map.copyOf(columns);
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null) {
      throw ReplayException.usage(
          "--endpoint: " + endpoint + " (expected: a URL such as " + ENDPOINT + ")");
    }
    if (campaignId.isBlank()) {
      throw ReplayException.usage("--campaign: (empty) (expected: the id of a campaign)");
    }
    if (expiresIn.isNegative() || expiresIn.isZero()) {
      throw ReplayException.usage("--expires-in: not above 0 (expected: such as 4h)");
    }
    if (rowsPerSecond != 0
        && !(rowsPerSecond >= ROWS_PER_SECOND_MIN && rowsPerSecond <= ROWS_PER_SECOND_MAX)) {
      throw ReplayException.usage(
          "--rate: " + rowsPerSecond + " (expected: 0.1 to 1000000 rows a second)");
    }
    if (connections < 1 || connections > 16) {
      throw ReplayException.usage("connections: " + connections + " (expected: 1 to 16)");
    }
  }

  /**
   * A span as the command line writes it: {@code 90s}, {@code 15m}, {@code 4h}, {@code 2d}; without
   * a unit in seconds.
   *
   * @throws ReplayException usage, if it isn't one above 0
   */
  public static Duration span(String option, String text) {
    long ms = Deadline.in(text, 0);
    if (ms <= 0) {
      throw ReplayException.usage(
          option + ": " + text + " (expected: a span above 0 such as 90s, 15m, 4h or 2d)");
    }
    return Duration.ofMillis(ms);
  }

  /** Of all sources together; -1 if one doesn't know its size. */
  public long totalBytes() {
    long total = 0;
    for (Source source : sources) {
      if (source.bytes() < 0) {
        return -1;
      }
      total += source.bytes();
    }
    return total;
  }

  /** With the defaults of the command. */
  public static ReplayConfig of(
      URI endpoint, String campaignId, List<Source> sources, Map<String, String> columns) {
    return new ReplayConfig(
        endpoint,
        campaignId,
        sources,
        columns,
        EXPIRES_IN,
        null,
        REJECTS,
        4,
        PATIENCE,
        100,
        30_000);
  }
}
