package io.dialspool.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import io.dialspool.spool.Route;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoreReply;
import io.dialspool.store.Space;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.target.TargetIdentity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A judge that never convicts is no judge: each checker finds a defect made for it. */
class PlantedDefectTest {
  private static final int SEEDS = 400;

  private static void assertFound(Checker checker, Supplier<Wiring> defect) {
    assertFound(checker, "", 1, defect);
  }

  /** The checker finds it within so many seeds, and says so in these words. */
  private static void assertFound(
      Checker checker, String words, long firstSeed, Supplier<Wiring> defect) {
    var found = EnumSet.noneOf(Checker.class);
    for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      try {
        Simulation.fromSeed(seed, defect.get()).run();
      } catch (SimulationFailure e) {
        found.add(e.checker());
        if (e.checker() == checker && e.toString().contains(words)) {
          return;
        }
      }
    }
    fail(checker + " found nothing of the kind, but " + found);
  }

  @Test
  void shouldNoticeCounterAddsThatTheStoreDrops() {
    assertFound(
        Checker.CONSERVATION,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      private int adds;

                      @Override
                      boolean takes(Changes.One one) {
                        return !one.isAdd() || ++adds % 7 != 0;
                      }
                    }));
  }

  @Test
  void shouldNoticeTokensThatChangeOnAResend() {
    assertFound(
        Checker.ONE_ACCEPTANCE,
        () ->
            new Wiring() {
              @Override
              Target target(Target target) {
                return new NewTokens(target);
              }
            });
  }

  @Test
  void shouldNoticeOtherContentUnderTheSameToken() {
    assertFound(
        Checker.ONE_ACCEPTANCE,
        "went out as",
        1,
        () ->
            new Wiring() {
              @Override
              Target target(Target target) {
                return new OtherContent(target);
              }
            });
  }

  @Test
  void shouldNoticeATokenThatIsSentAgainAfterItsLife() {
    assertFound(
        Checker.ONE_ACCEPTANCE,
        "was taken twice",
        1,
        () ->
            new Wiring() {
              @Override
              long tokenLifeMs() {
                return 100; // the service counts on seven days
              }
            });
  }

  @Test
  void shouldNoticeADispatcherWhoseClockIsAMinuteBehind() {
    assertFound(
        Checker.DEADLINE,
        () ->
            new Wiring() {
              @Override
              long dispatchMs(long epochMs) {
                return epochMs - 60_000;
              }

              @Override
              Target target(Target target) {
                return new Careless(target);
              }
            });
  }

  @Test
  void shouldNoticeExpirationsLessThanThirtySecondsAhead() {
    assertFound(Checker.DEADLINE, "to expire 2", 1, () -> window(29_000));
  }

  @Test
  void shouldNoticeExpirationsMoreThanFifteenMinutesAhead() {
    assertFound(Checker.DEADLINE, "to expire 9", 1, () -> window(930_000));
  }

  @Test
  void shouldNoticeAClientThatTakesItsOwnClockForTheTargets() {
    assertFound(
        Checker.DEADLINE,
        () ->
            new Wiring() {
              @Override
              Target target(Target target) {
                return new OwnClock(target);
              }
            });
  }

  @Test
  void shouldNoticeAClientThatBelievesWhatItLearntBeforeAJumpOfItsClock() {
    assertFound(
        Checker.DEADLINE,
        () ->
            new Wiring() {
              @Override
              Target target(Target target) {
                return new Careless(target);
              }
            });
  }

  @Test
  void shouldNoticeRequestsThatExpireBeforeTheirTime() {
    assertFound(
        Checker.DEADLINE,
        "expired",
        1,
        () ->
            new Wiring() {
              @Override
              Target target(Target target) {
                return new Passing(target) {
                  @Override
                  public long clockOffsetMs() {
                    return super.clockOffsetMs() + 120_000;
                  }
                };
              }
            });
  }

  @Test
  void shouldNoticeAPauseThatDispatchNeverHearsOf() {
    assertFound(
        Checker.GATE,
        () ->
            new Wiring() {
              @Override
              void campaignChanged(Consumer<Runnable> tellDispatch, Runnable whenApplied) {
                whenApplied.run();
              }
            });
  }

  @Test
  void shouldNoticeAPauseThatARestartForgets() {
    assertFound(
        Checker.GATE,
        () ->
            new Wiring() {
              @Override
              Set<CampaignId> paused(Set<CampaignId> kept) {
                return Set.of();
              }
            });
  }

  @Test
  void shouldNoticeAStateThatARefusalToldInVain() {
    assertFound(
        Checker.GATE,
        "409",
        1,
        () -> replies(reply -> isRefused(reply, 409) ? refused(409, "ConflictException") : reply));
  }

  @Test
  void shouldNoticeCallsForACampaignThatIsNotFound() {
    assertFound(
        Checker.GATE,
        "not found",
        1,
        () -> replies(reply -> isRefused(reply, 404) ? refused(500, "") : reply));
  }

  @Test
  void shouldNoticeASuccessThatTheTargetNeverTold() {
    assertFound(
        Checker.OUTCOME,
        "the target has it as null",
        1,
        () ->
            new Wiring() {
              @Override
              Target target(Target target) {
                return new Optimist(target);
              }
            });
  }

  @Test
  void shouldNoticeAPageThatIsLostAtACrash() {
    assertFound(
        Checker.OUTCOME,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      @Override
                      void loseUnsynced(RandomGenerator random) {
                        super.loseUnsynced(random);
                        loseLast("pages");
                      }
                    }));
  }

  @Test
  void shouldNoticeHandedOverMarksThatAreNeverWritten() {
    assertFound(
        Checker.OUTCOME,
        "the target has it as",
        100,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      @Override
                      boolean takes(Changes.One one) {
                        return !one.space().name().equals("marks");
                      }
                    }));
  }

  @Test
  void shouldNoticeStoreRepliesThatGetLost() {
    assertFound(
        Checker.DRAIN,
        () ->
            new Wiring() {
              private int replies;

              @Override
              Consumer<StoreReply> storeReplies(Consumer<StoreReply> dispatcher) {
                return reply -> {
                  if (++replies % 10 != 0) {
                    dispatcher.accept(reply);
                  }
                };
              }
            });
  }

  @Test
  void shouldNoticeABudgetOfTenTimesTheRate() {
    assertFound(
        Checker.CALL_BUDGET,
        () ->
            new Wiring() {
              @Override
              double callsPerSecond(double configured) {
                return 10 * configured;
              }
            });
  }

  @Test
  void shouldNoticeALaneWhoseTurnNeverComes() {
    assertFound(
        Checker.FAIRNESS,
        () ->
            new Wiring() {
              private final Map<Long, List<StoreReply>> held = new HashMap<>();
              private long replies;

              /** Its marks come back only after a thousand other replies, so it may not send. */
              @Override
              Consumer<StoreReply> storeReplies(Consumer<StoreReply> dispatcher) {
                return reply -> {
                  replies++;
                  List<StoreReply> due = held.remove(replies);
                  if (due != null) {
                    due.forEach(dispatcher);
                  }
                  if (reply instanceof StoreReply.MarksWritten marks
                      && marks.lane().campaign().value().equals("c-1")) {
                    held.computeIfAbsent(replies + 1_000, key -> new ArrayList<>()).add(reply);
                  } else {
                    dispatcher.accept(reply);
                  }
                };
              }
            });
  }

  @Test
  void shouldNoticeRequestsThatGoToTheWrongTarget() {
    assertFound(
        Checker.TARGET,
        "and sent to",
        1,
        () ->
            new Wiring() {
              @Override
              Target target(int index, List<SimulatedTarget.Line> lines) {
                return new Misled(lines.get(index), lines.get(lines.size() - 1));
              }
            });
  }

  @Test
  void shouldNoticeAStartThatMovesALaneWhileRequestsWait() {
    assertFound(
        Checker.TARGET,
        "was let",
        1,
        () ->
            new Wiring() {
              @Override
              Route route(Route route) {
                return new Route() {
                  @Override
                  public TargetIdentity of(CampaignId campaign) {
                    return route.of(campaign);
                  }

                  @Override
                  public Optional<TargetIdentity> ofStored(
                      CampaignId campaign, TargetIdentity stored, boolean waiting) {
                    route.ofStored(campaign, stored, waiting);
                    return Optional.of(stored);
                  }
                };
              }
            });
  }

  @Test
  void shouldNoticeATokenIndexThatForgets() {
    assertFound(
        Checker.DUPLICATE,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      private int reads;

                      @Override
                      public byte @Nullable [] get(Space space, byte[] key) {
                        return space.name().equals("tokens") && ++reads % 5 == 0
                            ? null
                            : super.get(space, key);
                      }
                    }));
  }

  @Test
  void shouldNoticeAnIngestThatLosesTokens() {
    assertFound(
        Checker.DUPLICATE,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      private int tokens;

                      @Override
                      boolean takes(Changes.One one) {
                        return !one.space().name().equals("tokens") || ++tokens % 5 != 0;
                      }
                    }));
  }

  @Test
  void shouldNoticeALogOfTokensThatForgets() {
    assertFound(
        Checker.DUPLICATE,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      private int commits;

                      @Override
                      boolean takes(Changes.One one) {
                        return !one.space().name().equals("tokenlog") || ++commits % 5 != 0;
                      }
                    }));
  }

  @Test
  void shouldNoticeAStoreWorkerThatIsToldTwice() {
    assertFound(
        Checker.PROMISE,
        () ->
            new Wiring() {
              @Override
              Consumer<StoreReply> storeReplies(Consumer<StoreReply> dispatcher) {
                return reply -> {
                  dispatcher.accept(reply);
                  if (reply instanceof StoreReply.Settled) {
                    dispatcher.accept(reply);
                  }
                };
              }
            });
  }

  @Test
  void shouldNoticeARecallThatSaysCancelledWhileTheCallIsOut() {
    assertFound(
        Checker.RECALL,
        () ->
            new Wiring() {
              @Override
              RecallAnswer recallAnswer(RecallAnswer answer) {
                return answer instanceof RecallAnswer.TooLate late
                        && late.state() == RequestState.IN_FLIGHT
                    ? new RecallAnswer.Cancelled()
                    : answer;
              }
            });
  }

  @Test
  void shouldNoticeARecallWhoseEndIsLostAtACrash() {
    assertFound(
        Checker.RECALL,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      @Override
                      boolean takes(Changes.One one) {
                        byte[] part = one.value();
                        return !one.space().name().equals("settled")
                            || part == null
                            || part[2] != RequestState.CANCELLED.code();
                      }
                    }));
  }

  @Test
  void shouldNoticeARedriveThatIsNotMarked() {
    assertFound(
        Checker.REDRIVE,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      @Override
                      boolean takes(Changes.One one) {
                        return !one.space().name().equals("redriven");
                      }
                    }));
  }

  @Test
  void shouldNoticeARedriveOfWhatIsInDoubtThatNobodyAskedFor() {
    assertFound(
        Checker.REDRIVE,
        "would be redriven",
        1,
        () ->
            new Wiring() {
              @Override
              RedriveOrder redriveOrder(RedriveOrder order) {
                return new RedriveOrder(
                    order.state(),
                    order.reason(),
                    order.settledFromMs(),
                    order.settledBeforeMs(),
                    order.clientTokens(),
                    true,
                    order.deadlineMs(),
                    order.dryRun(),
                    order.after());
              }
            });
  }

  @Test
  void shouldNoticeATokenThatStaysWithTheDeadLetter() {
    assertFound(
        Checker.DUPLICATE,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      private boolean redrives;

                      @Override
                      boolean takes(Changes.One one) {
                        String space = one.space().name();
                        boolean isToken = space.equals("tokenlog");
                        boolean lost = redrives && isToken;
                        redrives = space.equals("redriven") || (redrives && !isToken);
                        return !lost;
                      }
                    }));
  }

  @Test
  void shouldNoticeOutcomesThatTheFeedForgets() {
    assertFound(
        Checker.FEED,
        () ->
            storeThat(
                () ->
                    new SimulatedStore(Spool.spaces()) {
                      private int groups;

                      @Override
                      boolean takes(Changes.One one) {
                        return !one.space().name().equals("outcomes") || ++groups % 20 != 0;
                      }
                    }));
  }

  private static Wiring storeThat(Supplier<SimulatedStore> made) {
    return new Wiring() {
      @Override
      SimulatedStore store() {
        return made.get();
      }
    };
  }

  private static Wiring window(long windowMs) {
    return new Wiring() {
      @Override
      Target target(Target target) {
        return new Passing(target) {
          @Override
          public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
            super.put(
                new OutgoingBatch(batch.campaign(), batch.items(), windowMs), timeoutNs, onReply);
          }
        };
      }
    };
  }

  private static Wiring replies(UnaryOperator<BatchReply> change) {
    return new Wiring() {
      @Override
      Target target(Target target) {
        return new Passing(target) {
          @Override
          public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
            super.put(batch, timeoutNs, reply -> onReply.accept(change.apply(reply)));
          }
        };
      }
    };
  }

  private static boolean isRefused(BatchReply reply, int status) {
    return reply instanceof BatchReply.Refused refused && refused.status() == status;
  }

  private static BatchReply refused(int status, String code) {
    return new BatchReply.Refused(status, code, "", null, -1);
  }

  /** Passes everything on; what a defect leaves alone. */
  private static class Passing implements Target {
    final Target to;

    Passing(Target to) {
      this.to = to;
    }

    @Override
    public TargetIdentity identity() {
      return to.identity();
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      to.put(batch, timeoutNs, onReply);
    }

    @Override
    public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
      to.states(campaigns, timeoutNs, onReply);
    }

    @Override
    public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
      to.forward(call, timeoutNs, onAnswer);
    }

    @Override
    public long clockOffsetMs() {
      return to.clockOffsetMs();
    }

    @Override
    public void close() {
      to.close();
    }
  }

  /** A second attempt goes out under a token of its own. */
  private static final class NewTokens extends Passing {
    private final Set<String> sent = new HashSet<>();

    NewTokens(Target to) {
      super(to);
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      var items = new ArrayList<OutgoingItem>();
      for (OutgoingItem item : batch.items()) {
        String token =
            sent.add(batch.campaign() + " " + item.clientToken())
                ? item.clientToken()
                : item.clientToken() + "-again";
        items.add(
            new OutgoingItem(token, item.deadlineMs(), item.bytes(), item.offset(), item.length()));
      }
      super.put(new OutgoingBatch(batch.campaign(), items, batch.windowMs()), timeoutNs, onReply);
    }
  }

  /** A second attempt of a lead goes out with another attribute. */
  private static final class OtherContent extends Passing {
    private final Set<String> sent = new HashSet<>();

    OtherContent(Target to) {
      super(to);
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      var items = new ArrayList<OutgoingItem>();
      for (OutgoingItem item : batch.items()) {
        byte[] bytes =
            Arrays.copyOfRange(item.bytes(), item.offset(), item.offset() + item.length());
        if (!sent.add(batch.campaign() + " " + item.clientToken())) {
          bytes = (new String(bytes, UTF_8) + " ").getBytes(UTF_8);
        }
        items.add(new OutgoingItem(item.clientToken(), item.deadlineMs(), bytes, 0, bytes.length));
      }
      super.put(new OutgoingBatch(batch.campaign(), items, batch.windowMs()), timeoutNs, onReply);
    }
  }

  /** No answer is taken for a yes. */
  private static final class Optimist extends Passing {
    Optimist(Target to) {
      super(to);
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      super.put(
          batch,
          timeoutNs,
          reply ->
              onReply.accept(
                  reply instanceof BatchReply.Unanswered
                      ? new BatchReply.Answered(
                          batch.items().stream()
                              .map(item -> new BatchReply.Success(item.clientToken(), "made-up"))
                              .toList(),
                          List.of())
                      : reply));
    }
  }

  /** Asks one target for states and sends to another. */
  private static final class Misled extends Passing {
    private final Target another;

    Misled(Target to, Target another) {
      super(to);
      this.another = another;
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      another.put(batch, timeoutNs, onReply);
    }
  }

  /** Never heard of another clock than its own. */
  private static final class OwnClock extends Passing {
    OwnClock(Target to) {
      super(to);
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      ((SimulatedTarget.Line) to).putWithoutLooking(batch, 0, timeoutNs, onReply);
    }
  }

  /** The client's own last look at deadlines is left out, as if its clock were behind too. */
  private static final class Careless extends Passing {
    Careless(Target to) {
      super(to);
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      ((SimulatedTarget.Line) to).putWithoutLooking(batch, to.clockOffsetMs(), timeoutNs, onReply);
    }
  }
}
