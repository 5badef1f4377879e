package io.dialspool.dispatch;

import io.dialspool.http.ApiError;
import io.dialspool.intake.Admission;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which campaigns there are, for the door: a campaign's state is asked once at its first use, 25
 * campaigns a call and a few calls a second at most, and kept up to date by the gates. Any thread.
 */
public final class Campaigns {
  private static final int REMEMBERED_MAX = 100_000;
  private static final int WAITING_MAX = 10_000;
  private static final int ASKED_TOGETHER_MAX = 25;
  private static final long SPAN_MS = 200;
  private static final long TIMEOUT_NS = 5_000_000_000L;
  private static final long MISSING_NS = 10_000_000_000L;
  private static final long FRESH_NS = 60_000_000_000L;

  /** What was read last; {@code state} is null for a campaign that the target doesn't know. */
  private record Known(@Nullable CampaignState state, long atNs) {}

  /** Runs something later, on any thread. */
  public interface Delay {
    void after(long ms, Runnable what);
  }

  private final Target target;
  private final Clock clock;
  private final Delay delay;
  private final Predicate<CampaignId> hasLane;
  private final Map<CampaignId, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CampaignId, Known> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };
  private final Map<CampaignId, List<Consumer<Admission>>> waiting = new LinkedHashMap<>();
  private int waitingCount;
  private boolean asking;

  /**
   * @param hasLane whether requests of the campaign were accepted before
   */
  public Campaigns(Target target, Clock clock, Delay delay, Predicate<CampaignId> hasLane) {
    this.target = target;
    this.clock = clock;
    this.delay = delay;
    this.hasLane = hasLane;
  }

  /** Whether the campaign's requests are accepted; answered at once if that is known. */
  public void admit(CampaignId campaign, Consumer<Admission> then) {
    Admission now = null;
    synchronized (this) {
      Known last = known.get(campaign);
      long nowNs = clock.nanoTime();
      if (last != null && isGood(last, nowNs)) {
        now = judge(campaign, last.state());
        if (nowNs - last.atNs() > FRESH_NS) {
          enqueue(campaign, admission -> {});
        }
      } else if (waitingCount >= WAITING_MAX) {
        now = new Admission.Refused(ApiError.throttled("Too many campaigns are new at once.", 1));
      } else {
        enqueue(campaign, then);
      }
    }
    if (now != null) {
      then.accept(now);
    }
    askNext();
  }

  // A stopped campaign stays stopped; one that was missing or failed may be there the next moment.
  private static boolean isGood(Known last, long nowNs) {
    boolean passing = last.state() == null || last.state() == CampaignState.FAILED;
    return !passing || nowNs - last.atNs() < MISSING_NS;
  }

  private void enqueue(CampaignId campaign, Consumer<Admission> then) {
    waiting.computeIfAbsent(campaign, key -> new ArrayList<>()).add(then);
    waitingCount++;
  }

  private static Admission judge(CampaignId campaign, @Nullable CampaignState state) {
    if (state == null) {
      return new Admission.Refused(
          ApiError.notFound("Campaign " + campaign + " is unknown to the target."));
    }
    return switch (state) {
      case STOPPED, FAILED, COMPLETED ->
          new Admission.Refused(
              ApiError.invalidCampaignState(
                  "Campaign "
                      + campaign
                      + " is "
                      + state.wire()
                      + ": its requests can't be dialled.",
                  state.wire()));
      case INITIALIZED, RUNNING, PAUSED -> new Admission.Admitted();
    };
  }

  /** A state was read or told. */
  public synchronized void seen(CampaignId campaign, CampaignState state) {
    known.put(campaign, new Known(state, clock.nanoTime()));
  }

  /** The campaign was deleted through us. */
  public synchronized void missing(CampaignId campaign) {
    known.put(campaign, new Known(null, clock.nanoTime()));
  }

  private void askNext() {
    List<CampaignId> asked;
    synchronized (this) {
      if (asking || waiting.isEmpty()) {
        return;
      }
      asking = true;
      asked = waiting.keySet().stream().limit(ASKED_TOGETHER_MAX).toList();
    }
    target.states(asked, TIMEOUT_NS, reply -> answered(asked, reply));
  }

  private void answered(List<CampaignId> asked, StatesReply reply) {
    var answers = new ArrayList<Runnable>();
    synchronized (this) {
      for (CampaignId campaign : asked) {
        Admission admission = admission(campaign, reply);
        List<Consumer<Admission>> askers = waiting.remove(campaign);
        if (askers != null) {
          waitingCount -= askers.size();
          askers.forEach(asker -> answers.add(() -> asker.accept(admission)));
        }
      }
    }
    answers.forEach(Runnable::run);
    delay.after(
        SPAN_MS,
        () -> {
          synchronized (this) {
            asking = false;
          }
          askNext();
        });
  }

  private Admission admission(CampaignId campaign, StatesReply reply) {
    if (reply instanceof StatesReply.Answered answered) {
      String wire = answered.states().get(campaign);
      CampaignState state = wire == null ? null : CampaignState.ofWire(wire).orElse(null);
      if (state != null || answered.notFound().contains(campaign)) {
        known.put(campaign, new Known(state, clock.nanoTime()));
        return judge(campaign, state);
      }
    }
    return hasLane.test(campaign)
        ? new Admission.Admitted()
        : new Admission.Refused(
            ApiError.unavailable(
                "The target can't be asked about campaign " + campaign + " now.", 1));
  }
}
