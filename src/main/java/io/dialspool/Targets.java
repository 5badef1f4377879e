package io.dialspool;

import io.dialspool.config.Config;
import io.dialspool.config.TargetConfig;
import io.dialspool.dispatch.Alarms;
import io.dialspool.dispatch.Breaker;
import io.dialspool.dispatch.CallBudget;
import io.dialspool.dispatch.Routes;
import io.dialspool.dispatch.TargetControl;
import io.dialspool.metrics.Metrics;
import io.dialspool.target.HttpTarget;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.Clock;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every target of the configuration, opened: the default first. */
final class Targets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Targets.class);

  /**
   * The service inside this process.
   *
   * @param tls to call it by https; null if it speaks plain HTTP
   */
  record Embedded(URI at, @Nullable SslContext tls) {}

  private record Opened(String name, TargetConfig config, URI endpoint, HttpTarget target) {}

  private final List<Opened> opened = new ArrayList<>();
  private final Clock clock;
  private final Routes routes;

  private Targets(
      Config config,
      @Nullable Embedded embedded,
      EventLoopGroup loops,
      Clock clock,
      Alarms alarms) {
    this.clock = clock;
    try {
      for (Map.Entry<String, TargetConfig> each : config.allTargets().entrySet()) {
        String name = each.getKey();
        TargetConfig its = each.getValue();
        Embedded inside = its.isEmbedded() ? embedded : null;
        URI endpoint = inside == null ? HttpTarget.endpoint(its) : inside.at();
        SslContext tls = inside == null ? null : inside.tls();
        TargetIdentity identity = identity(its);
        opened.add(
            new Opened(
                name,
                its,
                endpoint,
                HttpTarget.open(
                    name,
                    its,
                    identity,
                    endpoint,
                    loops,
                    clock,
                    tls,
                    message -> alarms.raise(Alarms.Kind.CREDENTIALS, message))));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    routes =
        new Routes(
            opened.stream()
                .map(its -> new Routes.Entry(its.name, its.target, its.config.campaignPatterns()))
                .toList(),
            config.routing().lookup());
  }

  /**
   * @param embedded if the default target is that; null else
   * @param loops owned by the caller, to be shut down after this
   * @throws io.dialspool.config.ConfigException if a target can't be what the configuration says
   */
  static Targets open(
      Config config,
      @Nullable Embedded embedded,
      EventLoopGroup loops,
      Clock clock,
      Alarms alarms) {
    return new Targets(config, embedded, loops, clock, alarms);
  }

  private static TargetIdentity identity(TargetConfig config) {
    return config.isEmbedded()
        ? new TargetIdentity("embedded", "", "", "")
        : new TargetIdentity(
            config.kind(), config.accountSaid(), config.region(), config.endpoint());
  }

  Routes routes() {
    return routes;
  }

  /** Where the default is. */
  String url() {
    return opened.get(0).endpoint.toString();
  }

  /** Begins to fetch credentials, now that the spool has said to whom its requests belong. */
  void fetchCredentials() {
    for (Opened its : opened) {
      its.target.fetchCredentials(routes.storedAccount(its.name));
    }
  }

  /** Says where calls go; once all runs, for a start that fails says nothing but why. */
  void log() {
    for (Opened its : opened) {
      if (!its.config.isEmbedded()) {
        LOG.info("target {} is {}, at {}", its.name, its.target.identity(), its.endpoint);
      }
    }
  }

  /** Each with a budget and a breaker of its own. */
  List<TargetControl> controls(Metrics metrics) {
    return opened.stream()
        .map(
            its ->
                new TargetControl(
                    its.name,
                    its.target,
                    TimeUnit.MILLISECONDS.toNanos(its.config.timeoutMs()),
                    new CallBudget(its.config.callsPerSecond(), clock),
                    new Breaker(clock),
                    new Meters.Calls(metrics, its.name)))
        .toList();
  }

  @Override
  public void close() {
    opened.forEach(its -> its.target.close());
  }
}
