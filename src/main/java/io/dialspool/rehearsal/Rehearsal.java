package io.dialspool.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.campaignservice.ContactCounts;
import io.dialspool.campaignservice.Faults;
import io.dialspool.campaignservice.OutboundCampaigns;
import io.dialspool.config.Config;
import io.dialspool.intake.SampleLines;
import io.dialspool.replay.LeadLines;
import io.dialspool.replay.Reject;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.Counts;
import io.dialspool.request.WaitingFor;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import io.dialspool.spool.Spool;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.target.CarriedTarget;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.Clock;
import io.dialspool.time.EventQueue;
import io.dialspool.time.VirtualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plays a replay and all that follows from it to the last call, in virtual time that begins now.
 * The stages, dispatch with its controllers and the campaign service with its dialer are those of
 * production; the network, the disk's syncs and real people are not there. The same files, settings
 * and seed give the same counts. Use once, on one thread.
 */
public final class Rehearsal {
  /** As many rows a second as a replay brings when nobody holds it back, roughly. */
  static final double ROWS_PER_SECOND = 50_000;

  private static final long MS = 1_000_000L;
  private static final long SECOND_NS = 1_000 * MS;
  private static final long STEP_MIN_NS = 20_000;

  /** No deadline lies further ahead than 30 days. */
  private static final long PLAYED_MAX_NS = 31L * 24 * 3_600 * SECOND_NS;

  /** So often it is looked at what holds the queue; more seldom when it takes long. */
  private static final long LOOK_NS = 100 * MS;

  private static final long LOOK_LATER_NS = SECOND_NS;
  private static final long LATER_NS = 600 * SECOND_NS;
  private static final long TOLD_EVERY_NS = 100 * MS;

  private static final String CAMPAIGN =
      """
      {"name":"rehearsal","connectInstanceId":"11111111-2222-3333-4444-555555555555",
       "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1.0}},
       "outboundCallConfig":{"connectContactFlowId":"flow","connectQueueId":"queue"}}
      """;

  private final Config config;
  private final ReplayConfig leads;
  private final Clock realClock;
  private final VirtualClock clock;
  private final EventQueue events;
  private final Map<WaitingFor, Long> heldNs = new EnumMap<>(WaitingFor.class);
  private final Intake intake = new Intake();
  private boolean allRead;
  private long lookedAtNs;

  /**
   * @param config its dispatch, target and campaignService are played
   * @param leads the files; their rate is that of the replay
   * @param realClock says when it begins
   */
  public Rehearsal(Config config, ReplayConfig leads, Clock realClock) {
    this.config = config;
    this.leads = leads;
    this.realClock = realClock;
    this.clock = VirtualClock.beginningAt(realClock.epochMs());
    this.events = new EventQueue(clock);
  }

  /**
   * Plays it.
   *
   * @throws io.dialspool.replay.ReplayException usage, if a file as a whole isn't what it should be
   * @throws io.dialspool.store.StoreException if there is no room for the spool of the rehearsal
   */
  public RehearsalReport run(RehearsalListener listener) {
    try (var directory = WorkDirectory.make();
        var there = unsynced(directory, "campaign-service", OutboundCampaigns.SPACES);
        var campaigns = new OutboundCampaigns(there, clock, config.campaignService(), Faults.NONE);
        var here = unsynced(directory, "spool", Spool.spaces())) {
      return play(campaigns, here, listener);
    }
  }

  private static OrderedStore unsynced(
      WorkDirectory directory, String name, List<io.dialspool.store.Space> spaces) {
    return new UnsyncedStore(RocksStore.open(directory.resolve(name), spaces));
  }

  private RehearsalReport play(
      OutboundCampaigns campaigns, OrderedStore store, RehearsalListener listener) {
    long realStartNs = realClock.nanoTime();
    String id = startedCampaign(campaigns);
    var identity = new TargetIdentity("embedded", "", "", "");
    var target = new Throttles(new CarriedTarget(identity, clock, new Line(events, campaigns)));
    var service = new Service(config, store, target, clock);
    var campaign = new CampaignId(id);
    try (var lines = new LeadLines(leads, clock)) {
      events.in(0, () -> read(lines, service, campaign));
      long toldAtNs = realStartNs;
      while (!allRead || !service.isIdle()) {
        service.settleDown();
        look(service, campaign);
        step(service);
        if (realClock.nanoTime() - toldAtNs >= TOLD_EVERY_NS) {
          toldAtNs = realClock.nanoTime();
          listener.played(clock.virtualNs() / MS, intake.rows, service.unsettled());
        }
      }
    }
    long handedOverNs = clock.virtualNs();
    ContactCounts contacts = untilTheLastCallEnded(campaigns, id);
    CampaignReport report = service.report(campaign);
    Counts counts = report == null ? Counts.NONE : report.counts();
    Map<WaitingFor, Long> heldMs = new EnumMap<>(WaitingFor.class);
    heldNs.forEach((what, ns) -> heldMs.put(what, ns / MS));
    return new RehearsalReport(
        intake.rows,
        intake.accepted,
        intake.duplicates,
        intake.rejected,
        counts.submitted(),
        counts.rejected(),
        counts.expired(),
        counts.undeliverable(),
        contacts.answered() + contacts.notAnswered() + contacts.failed(),
        contacts.answered(),
        contacts.expired(),
        clock.epochMs() - clock.virtualNs() / MS,
        handedOverNs / MS,
        clock.virtualNs() / MS,
        target.calls(),
        target.refusedCalls(),
        target.callsWithFullBuffer(),
        target.refusedItems(),
        target.items(),
        heldMs,
        (realClock.nanoTime() - realStartNs) / 1e9);
  }

  /** To the next moment at which something happens. */
  private void step(Service service) {
    long nowNs = clock.virtualNs();
    if (nowNs > PLAYED_MAX_NS) {
      throw new IllegalStateException("not idle after the last deadline");
    }
    long nextNs = Math.min(events.nextNs(), Math.max(service.idleUntilNs(), nowNs + STEP_MIN_NS));
    events.moveTo(Math.max(nowNs, nextNs));
    while (events.nextNs() <= clock.virtualNs()) {
      Runnable action = events.next();
      if (action != null) {
        action.run();
      }
    }
  }

  private void look(Service service, CampaignId campaign) {
    long nowNs = clock.virtualNs();
    if (nowNs - lookedAtNs < (nowNs < LATER_NS ? LOOK_NS : LOOK_LATER_NS)) {
      return;
    }
    WaitingFor waitingFor = service.waitingFor(campaign);
    if (waitingFor != null) {
      heldNs.merge(waitingFor, nowNs - lookedAtNs, Long::sum);
    }
    lookedAtNs = nowNs;
  }

  private String startedCampaign(OutboundCampaigns campaigns) {
    RawAnswer.Answered created =
        Line.perform(
            campaigns,
            new RawCall(
                "PUT",
                "/campaigns",
                "application/json",
                CAMPAIGN.getBytes(StandardCharsets.UTF_8)));
    try {
      JsonNode answer = new ObjectMapper().readTree(created.body());
      String id = answer.path("id").asText();
      RawAnswer.Answered started =
          Line.perform(
              campaigns, new RawCall("POST", "/campaigns/" + id + "/start", "", new byte[0]));
      if (created.status() != 200 || started.status() != 200) {
        throw new IllegalStateException("no campaign for the rehearsal: " + answer);
      }
      return id;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void read(LeadLines lines, Service service, CampaignId campaign) {
    long before = intake.rows;
    intake.begin(service, campaign);
    boolean more = lines.next(intake);
    intake.end();
    allRead = !more;
    if (more) {
      double perSecond = leads.rowsPerSecond() > 0 ? leads.rowsPerSecond() : ROWS_PER_SECOND;
      events.in(
          (long) ((intake.rows - before) / perSecond * SECOND_NS),
          () -> read(lines, service, campaign));
    }
  }

  private ContactCounts untilTheLastCallEnded(OutboundCampaigns campaigns, String id) {
    while (true) {
      ContactCounts contacts = campaigns.contacts(id);
      campaigns.commit();
      if (contacts == null) {
        throw new IllegalStateException("the rehearsal's campaign is gone");
      }
      if (contacts.buffered() + contacts.ringing() + contacts.talking() == 0) {
        return contacts;
      }
      clock.moveTo(clock.virtualNs() + LOOK_NS);
    }
  }

  /** Brings rows in as the data port does: 25 to a slot. */
  private final class Intake implements LeadLines.Visitor, DialSlot.Reply {
    private final SampleLines parser = new SampleLines();
    private DialItems items = new DialItems();
    private DialSlot slot = new DialSlot();
    private @Nullable Service service;
    private @Nullable CampaignId campaign;
    private long rows;
    private long accepted;
    private long duplicates;
    private long rejected;

    void begin(Service to, CampaignId its) {
      service = to;
      campaign = its;
    }

    @Override
    public void line(String source, long line, byte[] bytes, int at, int to) {
      rows++;
      if (parser.add(bytes, at, to, items) != null) {
        rejected++;
      } else if (items.isFull()) {
        hand(false);
      }
    }

    @Override
    public void rejected(String source, long line, Reject why) {
      rows++;
      rejected++;
    }

    void end() {
      hand(true);
    }

    private void hand(boolean last) {
      if (service == null || campaign == null) {
        throw new IllegalStateException("nobody to hand it to");
      }
      // Each slot of a group is read again at the group's end: the next row needs another.
      slot = new DialSlot();
      items = slot.trade(campaign, items, clock.epochMs(), this);
      service.take(slot, last);
    }

    @Override
    public void synced(DialSlot synced) {
      for (int i = 0; i < synced.items().count(); i++) {
        Verdict verdict = synced.items().verdict(i);
        if (verdict == Verdict.FINE) {
          accepted++;
        } else if (verdict == Verdict.DUPLICATE) {
          duplicates++;
        } else {
          rejected++;
        }
      }
    }
  }
}
