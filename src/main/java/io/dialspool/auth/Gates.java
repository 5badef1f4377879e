package io.dialspool.auth;

import io.dialspool.config.Config;
import io.dialspool.config.ConfigException;
import io.dialspool.time.Clock;
import io.netty.channel.ChannelHandler;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the gates of each port, one for each connection, as {@link
 * io.dialspool.http.Entrance#gate()} wants them: null where nobody is asked.
 */
public final class Gates {
  private final String region;
  private final Clock clock;
  private final boolean targetIsAmazon;
  private final @Nullable KeyFile doors;
  private final @Nullable KeyFile campaignService;

  private Gates(
      Config config,
      boolean targetIsAmazon,
      @Nullable KeyFile doors,
      @Nullable KeyFile campaignService,
      Clock clock) {
    this.region = config.target().region();
    this.targetIsAmazon = targetIsAmazon;
    this.doors = doors;
    this.campaignService = campaignService;
    this.clock = clock;
  }

  /**
   * Of the whole service.
   *
   * @param targetIsAmazon whether calls that are passed on change the real world
   * @throws ConfigException with all that is wrong in a key file
   */
  public static Gates ofService(Config config, boolean targetIsAmazon, Clock clock) {
    boolean embedded = config.target().kind().equals("embedded");
    if (embedded
        && !config.campaignService().keyFile().isEmpty()
        && config.target().accessKeyId().isEmpty()) {
      throw new ConfigException(
          List.of(
              "target.accessKeyId: (empty) (expected: a key of campaignService.keyFile, for this process calls there too)"));
    }
    return new Gates(
        config,
        targetIsAmazon,
        file("doors.keyFile", config.doors().keyFile()),
        embedded ? campaignServiceFile(config) : null,
        clock);
  }

  /**
   * Of a campaign service alone.
   *
   * @throws ConfigException with all that is wrong in its key file
   */
  public static Gates ofCampaignService(Config config, Clock clock) {
    return new Gates(config, false, null, campaignServiceFile(config), clock);
  }

  private static @Nullable KeyFile campaignServiceFile(Config config) {
    return file("campaignService.keyFile", config.campaignService().keyFile());
  }

  private static @Nullable KeyFile file(String configKey, String path) {
    try {
      return path.isEmpty() ? null : KeyFile.open(configKey, Path.of(path));
    } catch (InvalidPathException e) {
      throw new ConfigException(List.of(configKey + ": (expected: a path)"));
    }
  }

  /**
   * @param onRefused is told the code of each refusal; on the event loops, must not block
   */
  public Supplier<@Nullable ChannelHandler> data(Consumer<String> onRefused) {
    return doors == null && !targetIsAmazon
        ? () -> null
        : before(new Judge(doors, region, Rule.api(targetIsAmazon), clock), onRefused);
  }

  public Supplier<@Nullable ChannelHandler> management() {
    return doors == null && !targetIsAmazon
        ? () -> null
        : before(new Judge(doors, region, Rule.management(targetIsAmazon), clock), code -> {});
  }

  public Supplier<@Nullable ChannelHandler> campaignService() {
    return campaignService == null
        ? () -> null
        : before(new Judge(campaignService, region, Rule.api(false), clock), code -> {});
  }

  private static Supplier<@Nullable ChannelHandler> before(
      Judge judge, Consumer<String> onRefused) {
    return () -> new Gate(judge, onRefused);
  }

  /** Looks whether a key file has changed. To be called about once a second, on one thread. */
  public void look() {
    Stream.of(doors, campaignService).filter(file -> file != null).forEach(KeyFile::look);
  }
}
