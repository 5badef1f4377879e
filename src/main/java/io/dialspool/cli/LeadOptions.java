package io.dialspool.cli;

import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.Source;
import io.dialspool.target.Identification;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How files of leads are read, for every command that reads them. */
final class LeadOptions {
  @Option(
      names = "--map",
      paramLabel = "MEMBER=COLUMN",
      description = "Which column holds a member; may be repeated.")
  private Map<String, String> map = new LinkedHashMap<>();

  @Option(
      names = "--expires-in",
      paramLabel = "SPAN",
      description = "Deadline of rows that have none; 4h by default.")
  private String expiresIn = "4h";

  @Option(
      names = "--delimiter",
      paramLabel = "C",
      description = "Of CSV, one character or tab; found out from the header line by default.")
  private String delimiter = "";

  /** How these files are read, without being sent anywhere. */
  ReplayConfig reading(CommandSpec spec, String campaign, List<Source> sources, Path rejects) {
    return replay(
        spec, ReplayConfig.ENDPOINT, campaign, sources, rejects, Identification.NONE, null, 0);
  }

  /**
   * @param rowsPerSecond 0 for no cap
   * @throws io.dialspool.replay.ReplayException usage, for a span that is none
   * @throws ParameterException for a delimiter that is none
   */
  ReplayConfig replay(
      CommandSpec spec,
      URI endpoint,
      String campaign,
      List<Source> sources,
      Path rejects,
      Identification identification,
      @Nullable SslContext tls,
      double rowsPerSecond) {
    return new ReplayConfig(
        endpoint,
        campaign,
        sources,
        map,
        ReplayConfig.span("--expires-in", expiresIn),
        delimiter(spec),
        rejects,
        4,
        ReplayConfig.PATIENCE,
        100,
        30_000,
        identification,
        tls,
        rowsPerSecond);
  }

  private @Nullable Character delimiter(CommandSpec spec) {
    if (delimiter.isEmpty()) {
      return null;
    }
    String character =
        delimiter.equalsIgnoreCase("tab") || delimiter.equals("\\t") ? "\t" : delimiter;
    if (character.length() != 1 || "\"\r\n".contains(character)) {
      throw new ParameterException(
          spec.commandLine(), "--delimiter: " + delimiter + " (expected: one character, or tab)");
    }
    return character.charAt(0);
  }
}
