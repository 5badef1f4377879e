package io.dialspool.dispatch;

import io.dialspool.http.ApiError;
import io.dialspool.intake.Admission;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.target.StatesReply;
import io.dialspool.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which campaigns there are, for the door: a campaign's state is asked once at its first use, 25
 * campaigns a call and a few calls a second at most to each target, and kept up to date by the
 * gates. A campaign whose target isn't known is asked of all of them: the first in order that knows
 * it has it from then on. One that can't be asked holds up none of the others' campaigns. Any
 * thread.
 */
public final class Campaigns {
  private static final Logger LOG = LoggerFactory.getLogger(Campaigns.class);
  private static final int REMEMBERED_MAX = 100_000;
  private static final int WAITING_MAX = 10_000;
  private static final int ASKED_TOGETHER_MAX = 25;
  private static final long SPAN_MS = 200;
  private static final long TIMEOUT_NS = 5_000_000_000L;
  private static final long MISSING_NS = 10_000_000_000L;
  private static final long FRESH_NS = 60_000_000_000L;
  private static final ApiError TOO_MANY =
      ApiError.throttled("Too many campaigns are new at once.", 1);

  /** What was read last; {@code state} is null for a campaign that the target doesn't know. */
  private record Known(@Nullable CampaignState state, long atNs) {}

  /** Runs something later, on any thread. */
  public interface Delay {
    void after(long ms, Runnable what);
  }

  /** Told where a campaign is. */
  public interface Located {
    /**
     * @param at null if no target knows it
     * @param admission whether its requests are accepted
     * @param unsure whether a target that might know it couldn't be asked
     */
    void at(Routes.@Nullable Entry at, Admission admission, boolean unsure);
  }

  /** One target's turn of being asked. Under the lock. */
  private static final class Inquiry {
    final Routes.Entry entry;
    final Set<CampaignId> toAsk = new LinkedHashSet<>();
    boolean asking;

    Inquiry(Routes.Entry entry) {
      this.entry = entry;
    }
  }

  /** What one target said of a campaign. */
  private enum Said {
    NOTHING_YET,
    NO_ANSWER,
    MISSING,
    THERE
  }

  /** A campaign that is being asked for. Under the lock. */
  private static final class Question {
    final List<Routes.Entry> candidates;
    final Said[] said;
    final @Nullable CampaignState[] states;
    final List<Located> askers = new ArrayList<>();
    boolean decided;

    Question(List<Routes.Entry> candidates) {
      this.candidates = candidates;
      this.said = new Said[candidates.size()];
      this.states = new CampaignState[candidates.size()];
      java.util.Arrays.fill(said, Said.NOTHING_YET);
    }
  }

  private final Routes routes;
  private final Clock clock;
  private final Delay delay;
  private final Predicate<CampaignId> hasLane;
  private final Map<String, Inquiry> inquiries = new LinkedHashMap<>();
  private final Map<CampaignId, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CampaignId, Known> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };
  private final Map<CampaignId, Question> questions = new HashMap<>();
  private int waitingCount;

  /**
   * @param hasLane whether requests of the campaign were accepted before
   */
  public Campaigns(Routes routes, Clock clock, Delay delay, Predicate<CampaignId> hasLane) {
    this.routes = routes;
    this.clock = clock;
    this.delay = delay;
    this.hasLane = hasLane;
    routes.entries().forEach(entry -> inquiries.put(entry.name(), new Inquiry(entry)));
  }

  /** Whether the campaign's requests are accepted; answered at once if that is known. */
  public void admit(CampaignId campaign, Consumer<Admission> then) {
    Admission now = null;
    boolean asked = false;
    synchronized (this) {
      Known last = known.get(campaign);
      long nowNs = clock.nanoTime();
      // Where it belongs must be known too, or a lane would be made that goes nowhere.
      boolean placed = routes.known(campaign) != null || (last != null && last.state() == null);
      if (last != null && placed && isGood(last, nowNs)) {
        now = judge(campaign, last.state());
        if (nowNs - last.atNs() > FRESH_NS && waitingCount < WAITING_MAX) {
          ask(campaign, (at, admission, unsure) -> {});
          asked = true;
        }
      } else if (waitingCount >= WAITING_MAX) {
        now = new Admission.Refused(TOO_MANY);
      } else {
        ask(campaign, (at, admission, unsure) -> then.accept(admission));
        asked = true;
      }
    }
    if (now != null) {
      then.accept(now);
    }
    if (asked) {
      askNext();
    }
  }

  /** Where the campaign is; answered at once if that is known. */
  public void locate(CampaignId campaign, Located then) {
    Routes.Entry entry = routes.known(campaign);
    boolean asked = false;
    boolean tooMany = false;
    if (entry == null) {
      synchronized (this) {
        Known last = known.get(campaign);
        boolean missing = last != null && last.state() == null && isGood(last, clock.nanoTime());
        tooMany = !missing && waitingCount >= WAITING_MAX;
        asked = !missing && !tooMany;
        if (asked) {
          ask(campaign, then);
        }
      }
    }
    if (asked) {
      askNext();
    } else {
      then.at(entry, Admission.Admitted.INSTANCE, tooMany);
    }
  }

  // A stopped campaign stays stopped; one that was missing or failed may be there the next moment.
  private static boolean isGood(Known last, long nowNs) {
    boolean passing = last.state() == null || last.state() == CampaignState.FAILED;
    return !passing || nowNs - last.atNs() < MISSING_NS;
  }

  private void ask(CampaignId campaign, Located then) {
    Question question = questions.get(campaign);
    if (question == null || question.decided) {
      Routes.Entry entry = routes.known(campaign);
      question = new Question(entry == null ? routes.entries() : List.of(entry));
      questions.put(campaign, question);
      for (Routes.Entry candidate : question.candidates) {
        inquiry(candidate).toAsk.add(campaign);
      }
    }
    question.askers.add(then);
    waitingCount++;
  }

  private Inquiry inquiry(Routes.Entry entry) {
    Inquiry inquiry = inquiries.get(entry.name());
    if (inquiry == null) {
      throw new IllegalStateException("target " + entry.name() + " is unknown");
    }
    return inquiry;
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
      case INITIALIZED, RUNNING, PAUSED -> Admission.Admitted.INSTANCE;
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
    for (Inquiry inquiry : inquiries.values()) {
      askNext(inquiry);
    }
  }

  private void askNext(Inquiry inquiry) {
    List<CampaignId> asked;
    synchronized (this) {
      if (inquiry.asking || inquiry.toAsk.isEmpty()) {
        return;
      }
      inquiry.asking = true;
      asked = inquiry.toAsk.stream().limit(ASKED_TOGETHER_MAX).toList();
      asked.forEach(inquiry.toAsk::remove);
    }
    inquiry.entry.target().states(asked, TIMEOUT_NS, reply -> answered(inquiry, asked, reply));
  }

  private void answered(Inquiry inquiry, List<CampaignId> asked, StatesReply reply) {
    var answers = new ArrayList<Runnable>();
    synchronized (this) {
      for (CampaignId campaign : asked) {
        Question question = questions.get(campaign);
        int which = question == null ? -1 : question.candidates.indexOf(inquiry.entry);
        if (question != null && which >= 0) {
          note(question, which, campaign, reply);
          decide(campaign, question, answers);
        }
      }
    }
    answers.forEach(Runnable::run);
    delay.after(
        SPAN_MS,
        () -> {
          synchronized (this) {
            inquiry.asking = false;
          }
          askNext(inquiry);
        });
  }

  private static void note(Question question, int which, CampaignId campaign, StatesReply reply) {
    question.said[which] = Said.NO_ANSWER;
    if (reply instanceof StatesReply.Answered answered) {
      String wire = answered.states().get(campaign);
      CampaignState state = wire == null ? null : CampaignState.ofWire(wire).orElse(null);
      question.states[which] = state;
      if (state != null) {
        question.said[which] = Said.THERE;
      } else if (answered.notFound().contains(campaign)) {
        question.said[which] = Said.MISSING;
      }
    }
  }

  /** Decides once every target before the first that knows the campaign has had its say. */
  private void decide(CampaignId campaign, Question question, List<Runnable> answers) {
    int there = List.of(question.said).indexOf(Said.THERE);
    int firstPending = List.of(question.said).indexOf(Said.NOTHING_YET);
    if (!question.decided && (firstPending < 0 || (there >= 0 && there < firstPending))) {
      question.decided = true;
      waitingCount -= question.askers.size();
      answer(campaign, question, there, answers);
    }
    if (firstPending < 0) {
      questions.remove(campaign, question);
      warn(campaign, question, there);
    }
  }

  private void answer(CampaignId campaign, Question question, int there, List<Runnable> answers) {
    Routes.Entry entry = there < 0 ? null : question.candidates.get(there);
    boolean unsure = there < 0 && List.of(question.said).contains(Said.NO_ANSWER);
    Admission admission;
    if (unsure) {
      admission =
          hasLane.test(campaign) && routes.known(campaign) != null
              ? Admission.Admitted.INSTANCE
              : new Admission.Refused(
                  ApiError.unavailable(
                      "The target can't be asked about campaign " + campaign + " now.", 1));
    } else if (entry != null && !routes.found(campaign, entry)) {
      admission = new Admission.Refused(TOO_MANY);
    } else {
      CampaignState state = there < 0 ? null : question.states[there];
      known.put(campaign, new Known(state, clock.nanoTime()));
      admission = judge(campaign, state);
    }
    for (Located asker : question.askers) {
      answers.add(() -> asker.at(entry, admission, unsure));
    }
  }

  private static void warn(CampaignId campaign, Question question, int there) {
    for (int i = 0; there >= 0 && i < question.said.length; i++) {
      String name = question.candidates.get(i).name();
      String its = question.candidates.get(there).name();
      if (i < there && question.said[i] == Said.NO_ANSWER) {
        LOG.warn("campaign {} belongs to target {}; {} could not be asked", campaign, its, name);
      } else if (i > there && question.said[i] == Said.THERE) {
        LOG.warn("campaign {} is known to target {} too; it belongs to {}", campaign, name, its);
      }
    }
  }
}
