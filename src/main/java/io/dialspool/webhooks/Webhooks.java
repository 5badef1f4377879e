package io.dialspool.webhooks;

import io.dialspool.config.Config;
import io.dialspool.config.WebhookConfig;
import io.dialspool.outcomes.Feeds;
import io.dialspool.request.CampaignId;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.WebhookReport;
import io.dialspool.spool.Bookmarks;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.Settlement;
import io.dialspool.time.Clock;
import io.dialspool.time.DutyThread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All webhooks on one thread of their own, which reads the feed and keeps the cursors; the calls
 * are their receivers'. Nobody waits for it: the store thread leaves the names of campaigns, the
 * door its questions.
 */
public final class Webhooks implements AutoCloseable {
  private static final int QUESTIONS_MAX = 1_000;

  private final List<Courier> couriers = new ArrayList<>();
  private final List<Receiver> receivers = new ArrayList<>();
  private final Set<CampaignId> ended = ConcurrentHashMap.newKeySet();
  private final ArrayBlockingQueue<Runnable> questions = new ArrayBlockingQueue<>(QUESTIONS_MAX);
  private final Clock clock;
  private final DutyThread thread;

  private Webhooks(Clock clock, Consumer<Throwable> onFailure) {
    this.clock = clock;
    this.thread =
        new DutyThread(
            "dialspool-webhooks",
            new DutyThread.Duty() {
              @Override
              public int runOnce() {
                return Webhooks.this.runOnce();
              }

              @Override
              public long idleNs() {
                return Webhooks.this.idleNs();
              }
            },
            onFailure);
  }

  /**
   * Opens those of the configuration.
   *
   * @param known campaigns that have outcomes by now
   * @param onFailure called once if the store fails; nothing is brought from then on
   * @throws io.dialspool.config.ConfigException if one can't be what the configuration says
   */
  public static Webhooks open(
      Config config,
      Feeds feeds,
      Bookmarks marks,
      Collection<CampaignId> known,
      Function<String, WebhookMeter> meters,
      Clock clock,
      Consumer<Throwable> onFailure) {
    var webhooks = new Webhooks(clock, onFailure);
    Feed feed = of(feeds);
    config
        .webhooks()
        .forEach(
            (name, its) ->
                webhooks.add(
                    name,
                    its,
                    feed,
                    new Ledger(name, marks),
                    meters.apply(name),
                    config.spool().feedWindow().toMillis()));
    webhooks.ended.addAll(known);
    return webhooks;
  }

  private void add(
      String name,
      WebhookConfig config,
      Feed feed,
      Ledger ledger,
      WebhookMeter meter,
      long feedWindowMs) {
    var receiver = new HttpReceiver(name, config);
    receivers.add(receiver);
    couriers.add(
        new Courier(name, config, feed, ledger, receiver, meter, feedWindowMs, thread::wake));
  }

  private static Feed of(Feeds feeds) {
    return new Feed() {
      @Override
      public @Nullable OutcomePage read(CampaignId campaign, String after, int max) {
        return feeds.readNow(campaign, after, max);
      }

      @Override
      public boolean hasGapBehind(CampaignId campaign, String after) {
        return feeds.hasGapBehind(campaign, after);
      }

      @Override
      public OutcomeFeed.Stretch endedBefore(CampaignId campaign, String after, long beforeMs) {
        return feeds.endedBefore(campaign, after, beforeMs);
      }
    };
  }

  /** Begins to bring. */
  public void start() {
    if (!couriers.isEmpty()) {
      thread.start();
    }
  }

  /** These have ended, and that is synced. The store thread. */
  public void ended(List<Settlement> settlements) {
    if (couriers.isEmpty()) {
      return;
    }
    LaneInfo last = null;
    boolean isNew = false;
    for (Settlement end : settlements) {
      LaneInfo lane = end.request().lane();
      if (lane != last) {
        last = lane;
        isNew |= ended.add(lane.campaign());
      }
    }
    if (isNew) {
      thread.wake();
    }
  }

  private int runOnce() {
    long nowNs = clock.nanoTime();
    long nowMs = clock.epochMs();
    int done = 0;
    // Taken out before the feed is read: what ends after that is named again.
    for (Iterator<CampaignId> each = ended.iterator(); each.hasNext(); ) {
      CampaignId campaign = each.next();
      each.remove();
      done++;
      couriers.forEach(courier -> courier.ended(campaign, nowNs, nowMs));
    }
    Runnable question;
    while ((question = questions.poll()) != null) {
      done++;
      question.run();
    }
    for (Courier courier : couriers) {
      done += courier.runOnce(nowNs, nowMs);
    }
    return done;
  }

  private long idleNs() {
    long nowNs = clock.nanoTime();
    long least = Long.MAX_VALUE;
    for (Courier courier : couriers) {
      least = Math.min(least, courier.idleUntilNs() - nowNs);
    }
    return least;
  }

  // --- questions from the door; any thread, answered on the webhooks' own

  /**
   * Asks how each does.
   *
   * @throws RejectedExecutionException if too many ask
   */
  public void reports(Consumer<List<WebhookReport>> then) {
    ask(
        () ->
            then.accept(couriers.stream().map(courier -> courier.report(clock.epochMs())).toList()),
        () -> then.accept(List.of()));
  }

  /**
   * Asks what one has given up; empty if there is none of that name.
   *
   * @throws RejectedExecutionException if too many ask
   */
  public void deadLetters(String name, Consumer<Optional<List<DeadDelivery>>> then) {
    ask(
        () -> then.accept(find(name).map(Courier::deadLetters)),
        () -> then.accept(Optional.empty()));
  }

  /**
   * Brings what one has given up once more; told how many outcomes these are, empty if there is
   * none of that name.
   *
   * @param campaign whose; null for all
   * @throws RejectedExecutionException if too many ask
   */
  public void redeliver(String name, @Nullable CampaignId campaign, Consumer<OptionalLong> then) {
    ask(
        () -> {
          Optional<Courier> courier = find(name);
          then.accept(
              courier.isEmpty()
                  ? OptionalLong.empty()
                  : OptionalLong.of(courier.get().redeliver(campaign, clock.nanoTime())));
        },
        () -> then.accept(OptionalLong.empty()));
  }

  private Optional<Courier> find(String name) {
    return couriers.stream().filter(courier -> courier.name().equals(name)).findFirst();
  }

  private void ask(Runnable question, Runnable ifNone) {
    if (couriers.isEmpty()) {
      ifNone.run();
      return;
    }
    if (!questions.offer(question)) {
      throw new RejectedExecutionException("too many questions about webhooks");
    }
    thread.wake();
  }

  /** Ends after its turn; calls under way are made again by the next start. */
  @Override
  public void close() {
    thread.close();
    receivers.forEach(Receiver::close);
  }
}
