package io.dialspool.preflight;

import io.dialspool.campaignservice.CampaignService;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.config.Config;
import io.dialspool.config.TargetConfig;
import io.dialspool.dispatch.Routes;
import io.dialspool.http.Entrance;
import io.dialspool.http.TlsFiles;
import io.dialspool.replay.DryRun;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.store.StoreException;
import io.dialspool.story.Told;
import io.dialspool.target.GivenCredentials;
import io.dialspool.target.HttpTarget;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.Clock;
import io.dialspool.validate.NumberRule;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at everything that must be so before the first lead is sent, in the order in which it would
 * fail, and sends none. Use once, on one thread.
 */
public final class Preflight {
  private static final long SOON_MS = 60_000;

  private static final long SAMPLE_ROWS_MAX = 1_000_000;

  private static final int REASON_CHARS_MAX = 160;

  private final Config config;
  private final TargetConfig target;
  private final CampaignServiceConfig embedded;
  private final Clock clock;
  private final Consumer<Finding> listener;
  private final List<Finding> findings = new ArrayList<>();
  private DryRun.@Nullable Outcome file;

  /**
   * @param config whose doors are checked already
   * @param target one of its targets, which {@link #targetOf} finds
   * @param embedded how to run the embedded service for a moment, on any free port of the loopback
   * @param listener told of each finding at once
   */
  public Preflight(
      Config config,
      TargetConfig target,
      CampaignServiceConfig embedded,
      Clock clock,
      Consumer<Finding> listener) {
    this.config = config;
    this.target = target;
    this.embedded = embedded;
    this.clock = clock;
    this.listener = listener;
  }

  /** The name of the target whose rule names the campaign, else the default's. */
  public static String targetOf(Config config, CampaignId campaign) {
    String id = campaign.value();
    for (var each : config.allTargets().entrySet()) {
      if (each.getValue().campaignPatterns().contains(id)) {
        return each.getKey();
      }
    }
    for (var each : config.allTargets().entrySet()) {
      for (String pattern : each.getValue().campaignPatterns()) {
        if (pattern.indexOf('*') >= 0 && Routes.regex(pattern).matcher(id).matches()) {
          return each.getKey();
        }
      }
    }
    return Config.DEFAULT_TARGET;
  }

  /**
   * Checks.
   *
   * @param campaign that leads are to be sent to
   * @param replay the sample file and how to read it; null for none
   */
  public List<Finding> run(CampaignId campaign, @Nullable ReplayConfig replay)
      throws InterruptedException {
    found(Finding.ok("configuration", "valid; " + targetInWords()));
    target(campaign);
    found(Ground.spool(config));
    found(Ground.ports(config));
    if (replay != null) {
      sample(replay);
    }
    return List.copyOf(findings);
  }

  /** What the sample file came to; null if there was none. */
  public DryRun.@Nullable Outcome file() {
    return file;
  }

  private void found(Finding finding) {
    findings.add(finding);
    listener.accept(finding);
  }

  // --- the target

  private String targetInWords() {
    return target.isEmbedded()
        ? "the target is the embedded campaign service"
        : "the target is " + HttpTarget.endpoint(target) + ", Region " + target.region();
  }

  private void target(CampaignId campaign) throws InterruptedException {
    if (!target.isEmbedded()) {
      Finding credentials = credentials();
      found(credentials);
      if (!credentials.level().isFailure()) {
        ask(HttpTarget.endpoint(target), null, campaign);
      }
      return;
    }
    Path directory = Path.of(embedded.directory());
    if (Ground.isHeld(directory)) {
      askTheRunning(campaign);
    } else if (!Files.exists(directory.resolve("CURRENT"))) {
      found(
          Finding.fail(
              "campaign",
              campaign + " is not known: the embedded service has not run yet in " + directory,
              "start serve and create the campaign"));
    } else {
      try (CampaignService service = CampaignService.start(embedded, Entrance.OPEN, clock)) {
        ask(URI.create(service.url()), null, campaign);
      } catch (StoreException e) {
        found(
            Finding.fail(
                "target", String.valueOf(e.getMessage()), "see campaignService.directory"));
      }
    }
  }

  private void askTheRunning(CampaignId campaign) throws InterruptedException {
    CampaignServiceConfig running = config.campaignService();
    if (running.port() == 0) {
      found(
          Finding.warn(
              "target",
              "the embedded service runs, on a port that only its ready line tells",
              "set campaignService.port to have it looked at"));
      return;
    }
    TlsFiles tls = TlsFiles.open(config.doors(), clock);
    String host = running.address().contains(":") ? "[::1]" : "127.0.0.1";
    ask(
        URI.create((tls.isOn() ? "https://" : "http://") + host + ":" + running.port()),
        tls.ownClient(),
        campaign);
  }

  private Finding credentials() {
    GivenCredentials given;
    try {
      given = GivenCredentials.of(target);
    } catch (RuntimeException | LinkageError e) { // the latter: a provider that isn't here
      String why = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
      return Finding.refused(
          "credentials",
          "none: " + why.substring(0, Math.min(REASON_CHARS_MAX, why.length())),
          "give them to AWS's standard chain, or to the target (profile, roleArn, accessKeyId)");
    }
    String found =
        "of "
            + given.giver()
            + ", access key …"
            + given.keyId()
            + (given.account().isEmpty() ? "" : ", account " + given.account());
    String wanted = target.accountSaid();
    return wanted.isEmpty() || given.account().isEmpty() || given.account().equals(wanted)
        ? Finding.ok("credentials", found)
        : Finding.refused("credentials", found, "those of account " + wanted + " are wanted");
  }

  private void ask(URI endpoint, @Nullable SslContext tls, CampaignId campaign)
      throws InterruptedException {
    Finding reach = Reach.of(endpoint, target.connectTimeoutMs(), clock);
    found(reach);
    if (reach.level().isFailure()) {
      return;
    }
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var identity = new TargetIdentity(target.kind(), target.accountSaid(), target.region(), "");
    try (HttpTarget client = HttpTarget.open(target, identity, endpoint, loops, clock, tls)) {
      new CampaignCheck(client, campaign.value(), this::found).run();
    } finally {
      loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3_000);
    }
  }

  // --- the file

  private void sample(ReplayConfig replay) {
    DryRun.Outcome outcome =
        new DryRun(
                replay, NumberRule.load(config.intake().fullNumberCheck()), clock, SAMPLE_ROWS_MAX)
            .count();
    file = outcome;
    String rows = String.format(Locale.ROOT, "%,d rows", outcome.rows());
    if (!outcome.whole()) {
      rows = "the first " + rows;
    }
    if (outcome.rows() == 0) {
      found(Finding.fail("file", "no rows", "see that it is the right file"));
      return;
    }
    if (outcome.rejected() > 0) {
      found(
          Finding.fail(
              "file",
              String.format(
                  Locale.ROOT,
                  "%s, %,d fine, %,d would be rejected",
                  rows,
                  outcome.rows() - outcome.rejected(),
                  outcome.rejected()),
              "mend these rows, or let replay list them as rejects"));
    } else {
      found(Finding.ok("file", rows + ", all fine"));
    }
    if (outcome.accepted() > 0) {
      long aheadMs = outcome.deadlines().earliestMs() - clock.epochMs();
      String found = "the first passes in " + Told.span(aheadMs);
      found(
          aheadMs < SOON_MS
              ? Finding.warn(
                  "deadlines", found, "what has less than 35 s left is never sent, but expires")
              : Finding.ok("deadlines", found));
    }
  }
}
