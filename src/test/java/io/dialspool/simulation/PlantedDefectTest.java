package io.dialspool.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
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
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A judge that never convicts is no judge: each checker finds a defect made for it. */
class PlantedDefectTest {
  private static final int SEEDS = 50;

  private static void assertFound(Checker checker, Supplier<Wiring> defect) {
    var found = EnumSet.noneOf(Checker.class);
    for (long seed = 1; seed <= SEEDS && !found.contains(checker); seed++) {
      try {
        Simulation.fromSeed(seed, defect.get()).run();
      } catch (SimulationFailure e) {
        found.add(e.checker());
      }
    }
    assertTrue(found.contains(checker), () -> checker + " found nothing, but " + found);
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

  /** The client's own last look at deadlines is left out, as if its clock were behind too. */
  private static final class Careless extends Passing {
    Careless(Target to) {
      super(to);
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      ((SimulatedTarget.Line) to).putWithoutLooking(batch, timeoutNs, onReply);
    }
  }
}
