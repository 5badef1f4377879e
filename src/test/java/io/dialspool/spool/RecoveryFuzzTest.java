package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.ring.Verdict;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;

/**
 * A spool that takes, ends, marks and redrives requests in any order, loses groups to a disk that
 * takes no write, and starts again in between; each step is a byte or two. Every start finds what
 * was acknowledged, where it was and as it ended. Then entries of the store are changed: the check
 * ends and tells, and a start refuses or goes on, and nothing else happens.
 */
@Timeout(600)
class RecoveryFuzzTest {
  private static final List<CampaignId> CAMPAIGNS =
      List.of(new CampaignId("spring"), new CampaignId("summer"));
  private static final RequestState[] ENDS = {
    RequestState.SUBMITTED,
    RequestState.REJECTED,
    RequestState.EXPIRED,
    RequestState.CANCELLED,
    RequestState.UNDELIVERABLE
  };
  private static final long HOUR_MS = 3_600_000;
  private static final int STEPS_MAX = 60;

  @FuzzTest
  void shouldStartWithAllThatWasAcknowledged(byte[] steps) {
    new Story(steps).tell();
  }

  /** What was acknowledged, by its own ledger. */
  private static final class Known {
    final String token;
    final RequestId id;
    final long deadlineMs;
    RequestState state = RequestState.QUEUED;
    boolean holdsItsToken = true;

    Known(String token, RequestId id, long deadlineMs) {
      this.token = token;
      this.id = id;
      this.deadlineMs = deadlineMs;
    }
  }

  private static final class Story {
    private final byte[] steps;
    private final MemoryStore store = new MemoryStore();
    private final Map<CampaignId, Map<Long, Known>> ledger = new LinkedHashMap<>();
    private Spooling spooling = new Spooling(store);
    private StoreWorker worker = spooling.worker(reply -> {});
    private int at;
    private boolean changed;

    Story(byte[] steps) {
      this.steps = steps;
      CAMPAIGNS.forEach(campaign -> ledger.put(campaign, new LinkedHashMap<>()));
    }

    private Map<Long, Known> of(CampaignId campaign) {
      return Objects.requireNonNull(ledger.get(campaign));
    }

    void tell() {
      for (int i = 0; i < STEPS_MAX && at < steps.length; i++) {
        int step = next();
        CampaignId campaign = CAMPAIGNS.get(step >> 4 & 1);
        if (!changed) {
          step(step, campaign);
        } else if ((step & 15) == 15) {
          change();
        }
      }
      if (changed) {
        judgeChanged();
      } else {
        start();
        judge();
      }
    }

    private void step(int step, CampaignId campaign) {
      switch (step & 15) {
        case 0, 1, 2, 3, 4 -> take(campaign, step & 15, next());
        case 5, 6, 7 -> end(campaign, next());
        case 8 -> mark(campaign);
        case 9 -> {
          worker.offer(new StoreCommand.WritePause(campaign, (step & 32) != 0, () -> {}));
          worker.runOnce();
        }
        case 10, 11 -> {
          start();
          judge();
        }
        case 12 -> redrive(campaign);
        case 13 -> loseGroup(campaign, next());
        case 14 -> readAhead(campaign);
        default -> change();
      }
    }

    private int next() {
      return at < steps.length ? steps[at++] & 0xff : 0;
    }

    private void start() {
      spooling = new Spooling(store);
      worker = spooling.worker(reply -> {});
    }

    private Lead[] leads(int kind, int count) {
      var leads = new Lead[1 + (count & 15)];
      for (int i = 0; i < leads.length; i++) {
        String token = "t" + ((count >> 4) * 7 + i);
        leads[i] = Lead.of(token, HOUR_MS * (1 + kind));
        if (kind == 4) {
          leads[i] = leads[i].withAttributes("a", "\"\u0001\\" + "x".repeat(i * 400));
        }
      }
      return leads;
    }

    private void take(CampaignId campaign, int kind, int count) {
      Lead[] leads = leads(kind, count);
      List<Spooling.Found> found = spooling.take(campaign, leads);
      int lane = lane(campaign).number();
      for (int i = 0; i < leads.length; i++) {
        if (found.get(i).verdict() == Verdict.FINE) {
          var known =
              new Known(
                  leads[i].clientToken(),
                  new RequestId(lane, found.get(i).sequence()),
                  leads[i].deadlineMs());
          Known before = of(campaign).put(known.id.sequence(), known);
          assertEquals(null, before, "one sequence given twice");
        }
      }
    }

    private LaneInfo lane(CampaignId campaign) {
      return Objects.requireNonNull(spooling.spool.lane(campaign));
    }

    private List<Known> waiting(CampaignId campaign) {
      return of(campaign).values().stream()
          .filter(known -> known.state == RequestState.QUEUED)
          .toList();
    }

    private void end(CampaignId campaign, int how) {
      List<Known> waiting = waiting(campaign);
      int from = how & 7;
      int to = Math.min(waiting.size(), from + 1 + (how >> 3 & 15));
      if (from >= to) {
        return;
      }
      RequestState state = ENDS[how % ENDS.length];
      var settlements = new ArrayList<Settlement>();
      for (Known known : waiting.subList(from, to)) {
        StoredRequest request = spooling.spool.find(campaign, known.id).orElseThrow().request();
        settlements.add(
            new Settlement(
                request,
                state,
                state == RequestState.UNDELIVERABLE ? Reason.CAMPAIGN_STOPPED : Reason.NONE,
                1,
                0,
                5,
                state == RequestState.SUBMITTED ? "id-" + known.token : null));
        known.state = state;
      }
      worker.offer(new StoreCommand.Settle(settlements));
      worker.runOnce();
    }

    private void mark(CampaignId campaign) {
      if (spooling.spool.lane(campaign) != null) {
        worker.offer(new StoreCommand.WriteMarks(lane(campaign), List.of(new Mark(5, 1))));
        worker.runOnce();
      }
    }

    private void redrive(CampaignId campaign) {
      if (spooling.spool.lane(campaign) == null) {
        return;
      }
      spooling.redrive(campaign, 2_000, 2 * HOUR_MS);
      for (Known known : List.copyOf(of(campaign).values())) {
        long as = spooling.spool.redrivenAs(lane(campaign), known.id.sequence());
        if (as != 0 && known.holdsItsToken) {
          known.holdsItsToken = false;
          Spool.Found anew =
              spooling.spool.find(campaign, new RequestId(known.id.lane(), as)).orElseThrow();
          assertEquals(known.id.sequence(), anew.request().redriveOf());
          var again =
              new Known(
                  anew.request().clientToken(),
                  new RequestId(known.id.lane(), as),
                  anew.request().deadlineMs());
          of(campaign).put(as, again);
        }
      }
    }

    /** A group that the disk doesn't take: nothing of it was acknowledged. */
    private void loseGroup(CampaignId campaign, int count) {
      Lead[] leads = leads(0, count);
      int before = store.syncs();
      store.fillDisk();
      try {
        spooling.take(campaign, leads);
      } catch (StoreException e) {
        assertTrue(e.isNoRoom());
      }
      store.emptyDisk();
      assertEquals(before, store.syncs());
      start();
      judge();
    }

    private void readAhead(CampaignId campaign) {
      if (spooling.spool.lane(campaign) == null) {
        return;
      }
      var read = new ArrayList<Long>();
      StoreWorker reader =
          spooling.worker(
              reply -> {
                if (reply instanceof StoreReply.ReadAheadDone done) {
                  done.requests().forEach(request -> read.add(request.sequence()));
                }
              });
      reader.offer(
          new StoreCommand.ReadAhead(lane(campaign), 1, Long.MAX_VALUE, Integer.MAX_VALUE));
      reader.runOnce();
      assertEquals(
          waiting(campaign).stream().map(known -> known.id.sequence()).sorted().toList(), read);
    }

    /** All that is known is there, and everything fits together. */
    private void judge() {
      for (CampaignId campaign : CAMPAIGNS) {
        for (Known known : of(campaign).values()) {
          Spool.Found found = spooling.spool.find(campaign, known.id).orElseThrow();
          assertEquals(known.token, found.request().clientToken());
          assertEquals(known.deadlineMs, found.request().deadlineMs());
          assertEquals(known.state, found.status().state());
          if (known.holdsItsToken) {
            assertEquals(
                known.id.sequence(),
                spooling
                    .spool
                    .find(campaign, new ClientToken(known.token))
                    .orElseThrow()
                    .request()
                    .sequence());
          }
        }
        if (spooling.spool.lane(campaign) != null) {
          readAhead(campaign);
        }
      }
      var faults = new ArrayList<SpoolFault>();
      long[] counted = {0, 0};
      new SpoolCheck(store, faults::add, n -> {})
          .run()
          .forEach(
              lane -> {
                counted[0] += lane.requests();
                counted[1] += lane.queued();
              });
      assertEquals(List.of(), faults.stream().map(SpoolFault::line).toList());
      assertEquals(ledger.values().stream().mapToLong(Map::size).sum(), counted[0]);
      assertEquals(
          CAMPAIGNS.stream().mapToLong(campaign -> waiting(campaign).size()).sum(), counted[1]);
    }

    /** One entry of the store becomes another. */
    private void change() {
      changed = true;
      Space space = Keys.ALL.get(next() % Keys.ALL.size());
      var entries = new ArrayList<OrderedStore.Entry>();
      store.scan(
          space,
          new byte[0],
          new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
          (key, value) -> {
            entries.add(new OrderedStore.Entry(key, value));
            return true;
          });
      if (entries.isEmpty()) {
        return;
      }
      OrderedStore.Entry entry = entries.get(next() % entries.size());
      int how = next();
      int place = next();
      byte[] key = entry.key().clone();
      byte[] value = entry.value().clone();
      boolean ofKey = (how & 4) != 0;
      byte[] one = ofKey ? key : value;
      switch (ofKey ? 3 : how & 3) {
        case 0 -> one = new byte[0];
        case 1 -> one = Arrays.copyOf(one, Math.min(255, one.length == 0 ? 1 : place % 64));
        default -> {
          if (one.length > 0) {
            one[place % one.length] ^= (byte) Math.max(1, next());
          }
        }
      }
      try (OrderedStore.Batch batch = store.newBatch()) {
        if (ofKey) {
          batch.delete(space, entry.key().clone());
        }
        batch.put(space, ofKey ? one : key, ofKey ? value : one);
        store.write(batch, true);
      }
    }

    /** Nothing but a {@link StoreException}, and an end to everything. */
    private void judgeChanged() {
      try {
        var faults = new ArrayList<SpoolFault>();
        new SpoolCheck(store, faults::add, n -> {}).run();
        assertTrue(faults.size() < 10_000, "faults without end");
        faults.forEach(fault -> assertFalse(fault.line().contains("+1206"), fault::line));
      } catch (StoreException e) {
        assertFalse(String.valueOf(e.getMessage()).isBlank());
      }
      try {
        start();
      } catch (StoreException e) {
        assertFalse(String.valueOf(e.getMessage()).isBlank());
        return;
      }
      for (CampaignId campaign : CAMPAIGNS) {
        for (Known known : of(campaign).values()) {
          orRefused(() -> spooling.spool.find(campaign, known.id));
          orRefused(() -> spooling.spool.find(campaign, new ClientToken(known.token)));
        }
        LaneInfo lane = spooling.spool.lane(campaign);
        if (lane != null) {
          for (OutcomeFeed.Kind kind : OutcomeFeed.Kind.values()) {
            orRefused(
                () ->
                    new OutcomeFeed(spooling.spool)
                        .read(lane, kind, OutcomeFeed.Cursor.START, Long.MAX_VALUE - 1, 100));
          }
        }
      }
    }

    private static void orRefused(Runnable look) {
      try {
        look.run();
      } catch (StoreException e) {
        assertFalse(String.valueOf(e.getMessage()).isBlank());
      }
    }
  }
}
