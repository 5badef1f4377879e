package io.dialspool.dispatch;

import io.dialspool.config.DispatchConfig;
import io.dialspool.lane.Mailbox;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.lane.SampleMail;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.Page;
import io.dialspool.spool.SamplePages;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoreReply;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.StoredRequest;
import io.dialspool.store.VoidStore;
import io.dialspool.target.BatchReply;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one dial request from the ring's hand-over to its synced end, with a target that takes
 * everything at once and a store that keeps nothing: turns of {@link Dispatcher#runOnce} and of the
 * store thread. The baseline only reads the page.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="DispatcherBenchmark -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatcherBenchmark {
  private static final int TURNS_MAX = 1_000;

  private final TickingClock clock = new TickingClock();
  private final ReadyTarget target = new ReadyTarget();
  private final Mailbox mailbox = new Mailbox(() -> {});
  private final LaneInfo lane = SamplePages.lane();
  private final byte[] page = SamplePages.page();
  private final StoreWorker worker;
  private final Dispatcher dispatcher;
  private long tail = 1;
  private long ended;

  public DispatcherBenchmark() {
    Spool spool = Spool.open(new VoidStore(), campaign -> target.identity());
    worker = new StoreWorker(spool, this::replied);
    var breaker = new Breaker(clock);
    dispatcher =
        new Dispatcher(
            new Dispatcher.Parts(
                DispatchConfig.DEFAULT,
                List.of(
                    new TargetControl(
                        "default",
                        target,
                        TimeUnit.SECONDS.toNanos(10),
                        new CallBudget(1_000_000, clock),
                        breaker,
                        DispatchMeter.NONE)),
                worker,
                mailbox,
                new TakesAll(breaker),
                new Alarms(),
                new SplittableRandom(1),
                () -> {}),
            List.of(),
            Set.of(),
            (campaign, state) -> {});
    // The lane's first page finds the gate closed and stays on the disk, which here is nowhere.
    append();
    for (int turn = 0; turn < TURNS_MAX; turn++) {
      turn();
    }
  }

  @Benchmark
  @OperationsPerInvocation(SamplePages.REQUESTS)
  public List<StoredRequest> baseline() {
    return Page.read(lane, 1, page);
  }

  /** A turn with nothing to do. */
  @Benchmark
  public int idleTurn() {
    return dispatcher.runOnce(clock.nanoTime(), clock.epochMs());
  }

  @Benchmark
  @OperationsPerInvocation(SamplePages.REQUESTS)
  public long sendAndSettle() {
    append();
    long wanted = ended + SamplePages.REQUESTS;
    for (int turn = 0; ended < wanted; turn++) {
      if (turn == TURNS_MAX) {
        throw new IllegalStateException(wanted - ended + " requests do not leave");
      }
      turn();
    }
    return ended;
  }

  private void append() {
    SampleMail.put(
        mailbox,
        new AppendedPage(
            lane, tail, SamplePages.REQUESTS, 1, new int[] {1, SamplePages.REQUESTS}, page));
    tail += SamplePages.REQUESTS;
  }

  private void turn() {
    int work = dispatcher.runOnce(clock.nanoTime(), clock.epochMs());
    work += target.answer();
    work += worker.runOnce();
    if (work == 0) {
      clock.advanceMs(1);
    }
  }

  private void replied(StoreReply reply) {
    if (reply instanceof StoreReply.Settled settled) {
      ended += settled.settlements().size();
    }
    dispatcher.onStoreReply(reply);
  }

  /** Settles every item as taken, and is otherwise no cost. */
  private record TakesAll(Breaker breaker) implements ReplyHandler {
    @Override
    public void onReply(Call call, BatchReply reply, long nowNs, long nowMs) {
      breaker.succeeded();
      List<QueuedRequest> requests = call.batch().requests();
      call.control().occupancy().answered(requests.size(), 0, nowNs);
      for (QueuedRequest request : requests) {
        call.control()
            .lane()
            .settle(request, RequestState.SUBMITTED, Reason.NONE, "6f3d0a52", nowMs);
      }
    }

    @Override
    public boolean onTick(LaneControl control, long nowNs, long nowMs) {
      return false;
    }
  }
}
