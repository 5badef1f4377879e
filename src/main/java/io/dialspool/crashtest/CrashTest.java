package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The run: cycles of start, load and kill, then healing, the drain, one more start, and the judge.
 * On the caller's thread.
 */
public final class CrashTest {
  private static final int WINDOW_MS_MIN = 200;
  private static final int WINDOW_MS_MORE = 700;
  private static final int ACKNOWLEDGED_MIN = 25;
  private static final int DRAIN_MS = 90;
  private static final int STARTING_MS = 250;
  private static final int LEAVING = 500;
  static final int SAMPLED_OF = 1_000;
  private static final int STARTS_TRIED = 6;
  private static final int KILLS_DELIVERING = 3;

  /** A kind that was tried so often and never came off is no part of the proof. */
  private static final int TRIED_ENOUGH = 10;

  private static final int FLIPPED_OF_HUNDRED = 60;
  private static final int TARGET_KILLED_ONCE_IN = 5;
  private static final int OWN_LOAD_PER_CORE = 4;
  private static final long JOIN_MS = 120_000;
  private static final long STALL_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LOADED_NS = TimeUnit.SECONDS.toNanos(30);
  private static final String WELL = "{\"latencyMs\":15}";

  /** Told how it goes, on the thread of the run. */
  public interface Listener {
    /** A step begins. */
    void step(String what);

    /** After each cycle. */
    void cycle(int cycles, long acknowledged, int kills);
  }

  private final CrashPlan plan;
  private final AwakeClock clock;
  private final Listener listener;
  private final SplittableRandom random;
  private final Kill.Deck deck;
  private final Map<Kill, Integer> kills = new EnumMap<>(Kill.class);
  private final Map<Kill, Integer> dealt = new EnumMap<>(Kill.class);
  private final Map<String, Long> byClient = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private Figures rates = Figures.NONE;
  private Figures recovery = Figures.NONE;
  private long acknowledged;
  private @Nullable Verdict verdict;
  private @Nullable WaitingFigures waitingFigures;
  private long deliveredBetween;
  private int cycles;
  private double loadAverageMax;

  public CrashTest(CrashPlan plan, Clock clock, Listener listener) {
    this.plan = plan;
    this.clock = new AwakeClock(clock);
    this.listener = listener;
    random = new SplittableRandom(plan.seed());
    deck = new Kill.Deck(random.split());
  }

  /**
   * Runs it all.
   *
   * @throws IOException if the directory can't be written or a process can't be started
   */
  public CrashReport run() throws IOException, InterruptedException {
    long beganNs = clock.nanoTime();
    clock.start();
    makeDirectory();
    try (clock;
        var ledger = new Ledger(plan.directory().resolve("ledger.ndjson"));
        var services = new Services(plan, clock)) {
      run(ledger, services);
      acknowledged = ledger.acknowledged();
      Load.CLIENTS.forEach(client -> byClient.put(client.label(), client.acknowledged(ledger)));
      violations.addAll(ledger.contradictions());
    }
    return new CrashReport(
        plan,
        new CrashReport.Course(
            cycles,
            (clock.nanoTime() - beganNs) / 1e9,
            kills,
            rates,
            recovery,
            byClient,
            deliveredBetween),
        acknowledged,
        verdict,
        waitingFigures,
        violations,
        machine());
  }

  private void run(Ledger ledger, Services services) throws IOException, InterruptedException {
    var judge = new Judge(ledger);
    @Nullable Waiting waiting = null;
    try {
      services.startTarget();
      start(services);
      var campaigns = new Campaigns(services, clock);
      var scene =
          new Scene(services.data(), campaigns, new Leads(), ledger, clock, plan.directory());
      waiting = new Waiting(plan.waiting(), scene, services);
      fill(waiting);
      var load = new Load(scene, random.split());
      load.start();
      try {
        for (int i = 0; i < plan.cycles(); i++) {
          cycle(i, scene, services, waiting, judge);
        }
      } finally {
        load.stop();
      }
      load.join(JOIN_MS);
      kills.put(Kill.REPLAY, load.killedReplays());
      expectMixed(ledger);
      deliveredBetween = counts(services).path("submitted").asLong();
      if (deliveredBetween == 0) {
        violations.add("nothing was delivered between the kills");
      }
      look(waiting, services);
      settle(scene, waiting, services);
      judge(scene, services, judge);
    } catch (CrashTestFailure e) {
      violations.add(String.valueOf(e.getMessage()));
    }
    if (waiting != null && !waiting.isNone()) {
      waitingFigures = waiting.figures();
    }
  }

  private void makeDirectory() throws IOException {
    Files.createDirectories(plan.directory());
    Files.writeString(
        faults(),
        """
        {"seed":%d,"latencyMs":15,"shareDroppedAfter":0.02,"share500":0.02,"share429":0.01,"shareMissing":0.002}
        """
            .formatted(plan.seed()));
  }

  private double start(Services services) throws IOException {
    double seconds = services.startServeNs() / 1e9;
    recovery = recovery.with(seconds);
    return seconds;
  }

  private void fill(Waiting waiting) throws IOException, InterruptedException {
    if (!waiting.isNone()) {
      listener.step(
          String.format(
              Locale.ROOT, "%,d requests are put for a paused campaign", waiting.requests()));
    }
    waiting.fill(random.split());
  }

  /** Before they are let go: counted anew on the disk, and some of them asked about. */
  private void look(Waiting waiting, Services services) throws IOException, InterruptedException {
    if (waiting.isNone()) {
      return;
    }
    listener.step("the service is killed and its spool is counted anew");
    waiting.recount();
    waiting.ready(start(services));
    waiting.expectAll();
    waiting.ask();
  }

  private void expectMixed(Ledger ledger) {
    for (Load.Client client : Load.CLIENTS) {
      if (client.acknowledged(ledger) == 0) {
        violations.add("nothing was acknowledged of what was " + client.label());
      }
    }
    dealt.forEach(
        (kill, times) -> {
          if (times >= TRIED_ENOUGH && kills.getOrDefault(kill, 0) == 0) {
            violations.add(kill.label() + ": tried " + times + " times and never came off");
          }
        });
  }

  // --- a cycle; serve runs when it begins and when it ends

  private void cycle(int nth, Scene scene, Services services, Waiting waiting, Judge judge)
      throws IOException, InterruptedException {
    Kill kill = deck.next();
    dealt.merge(kill, 1, Integer::sum);
    boolean killsTarget =
        nth % TARGET_KILLED_ONCE_IN
            == Math.floorMod(plan.seed() + nth / TARGET_KILLED_ONCE_IN, TARGET_KILLED_ONCE_IN);
    long beganNs = clock.nanoTime();
    long before = scene.ledger().acknowledged();
    if (random.nextInt(100) < FLIPPED_OF_HUNDRED) {
      scene.campaigns().flip(random);
    }
    park(random.nextInt(WINDOW_MS_MIN, WINDOW_MS_MIN + WINDOW_MS_MORE));
    awaitAcknowledged(before + ACKNOWLEDGED_MIN, scene, services);
    if (killsTarget) {
      services.killTarget();
      count(Kill.TARGET);
      services.startTarget();
    }
    switch (kill) {
      case PAUSED -> awaitWaiting(services, scene.campaigns().pauseOne(random));
      case STOPPED -> leave(scene, services);
      default -> {}
    }
    measure(before, beganNs, scene.ledger());
    end(kill, services);
    if (kill == Kill.STOPPED) {
      remember(scene, services, judge);
      services.target().callAgain("PUT", "/faults", Files.readString(faults()));
    }
    if (kill == Kill.STARTING) {
      killStarting(random.nextInt(1, 3), services);
    }
    waiting.ready(start(services));
    expectNothingForgotten(scene, services);
    waiting.expectAll();
    scene.ledger().flush();
    cycles++;
    loadAverageMax =
        Math.max(
            loadAverageMax, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    listener.cycle(
        cycles, scene.ledger().acknowledged(), kills.values().stream().mapToInt(i -> i).sum());
  }

  /** Until so many of the kills came before it was ready. */
  private void killStarting(int times, Services services) throws IOException {
    int hit = 0;
    for (int tries = 0; hit < times && tries < STARTS_TRIED; tries++) {
      boolean before =
          services.killStarting(TimeUnit.MILLISECONDS.toNanos(random.nextInt(STARTING_MS)));
      count(before ? Kill.STARTING : Kill.UNDER_LOAD);
      hit += before ? 1 : 0;
    }
  }

  private Path faults() {
    return plan.directory().resolve("faults.json");
  }

  private void end(Kill kill, Services services) throws InterruptedException {
    switch (kill) {
      case DRAINING ->
          count(services.killDraining(random.nextInt(DRAIN_MS)) ? Kill.DRAINING : Kill.STOPPED);
      case STOPPED -> {
        services.stopServe();
        count(Kill.STOPPED);
      }
      case STARTING -> {
        services.killServe();
        count(Kill.UNDER_LOAD); // the ones while it starts come next
      }
      default -> {
        services.killServe();
        count(kill);
      }
    }
  }

  private void measure(long before, long beganNs, Ledger ledger) {
    double rate = (ledger.acknowledged() - before) / ((clock.nanoTime() - beganNs) / 1e9);
    rates = rates.with(rate);
    if (rate < plan.rateMin()) {
      violations.add(
          String.format(
              Locale.ROOT,
              "cycle %d: %.0f requests acknowledged a second, at least %.0f were expected",
              cycles + 1,
              rate,
              plan.rateMin()));
    }
  }

  /** A machine that is busy with other things may need longer, an idle run doesn't pass. */
  private void awaitAcknowledged(long enough, Scene scene, Services services) {
    long giveUpNs = clock.nanoTime() + LOADED_NS;
    while (scene.ledger().acknowledged() < enough) {
      services.expectServeAlive();
      if (clock.nanoTime() > giveUpNs) {
        throw new CrashTestFailure("next to nothing was acknowledged for 30 s");
      }
      LockSupport.parkNanos(LOOK_NS);
    }
  }

  private void awaitWaiting(Services services, String campaign)
      throws IOException, InterruptedException {
    long giveUpNs = clock.nanoTime() + LOADED_NS;
    while (queued(services, campaign) == 0) {
      services.expectServeAlive();
      if (clock.nanoTime() > giveUpNs) {
        throw new CrashTestFailure("nothing waits for a campaign that is paused and takes load");
      }
      LockSupport.parkNanos(LOOK_NS);
    }
  }

  private static long queued(Services services, String campaign)
      throws IOException, InterruptedException {
    return services
        .data()
        .get("/campaigns/" + campaign + "/spool")
        .json()
        .path("counts")
        .path("queued")
        .asLong();
  }

  /** Puts requests whose calls are under way when the service is asked to end. */
  private void leave(Scene scene, Services services) throws IOException, InterruptedException {
    services.target().callAgain("PUT", "/faults", WELL); // so that each call has its answer
    var sender = new StreamSender(scene, "leaving", random.split(), LEAVING, 0);
    sender.send(scene.leads().lasting(scene.campaigns().leaving(), "leaving", LEAVING));
  }

  /** What was dialled before the end must not be sent again after it. */
  private void remember(Scene scene, Services services, Judge judge)
      throws IOException, InterruptedException {
    services
        .target()
        .lines(
            record(scene.campaigns().leaving()),
            line ->
                judge.finishedBefore(
                    line.path("clientToken").asText(), line.path("times").asInt()));
  }

  static String record(String campaign) {
    return "/dial-requests?campaign=" + campaign;
  }

  private static void expectNothingForgotten(Scene scene, Services services)
      throws IOException, InterruptedException {
    long acknowledged = scene.ledger().acknowledged();
    JsonNode spool = services.data().get("/spool").json();
    long accepted = spool.path("counts").path("accepted").asLong();
    if (accepted < acknowledged) {
      throw new CrashTestFailure(
          acknowledged + " were acknowledged, after a restart the service counts " + accepted);
    }
    if (!spool.path("conserved").asBoolean()) {
      throw new CrashTestFailure("after a restart the counts don't add up: " + spool);
    }
  }

  private void count(Kill kill) {
    kills.merge(kill, 1, Integer::sum);
  }

  private static void park(long ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  // --- the end

  private void settle(Scene scene, Waiting waiting, Services services)
      throws IOException, InterruptedException {
    listener.step("faults end, every campaign runs; waiting for an end for every request");
    services.target().callAgain("PUT", "/faults", WELL);
    scene.campaigns().resumeAll();
    long beganNs = clock.nanoTime();
    long least = Long.MAX_VALUE;
    long progressNs = clock.nanoTime();
    int killed = 0;
    for (long left = unsettled(services); left > 0; left = unsettled(services)) {
      services.expectServeAlive();
      if (killed < KILLS_DELIVERING && isDue(killed + 1, waiting)) {
        services.killServe();
        count(Kill.DELIVERING);
        killed++;
        start(services);
        expectNothingForgotten(scene, services);
        progressNs = clock.nanoTime();
        continue;
      }
      if (left < least) {
        least = left;
        progressNs = clock.nanoTime();
      } else if (clock.nanoTime() - progressNs > STALL_NS) {
        throw new CrashTestFailure(left + " requests do not end, though nothing is in their way");
      }
      LockSupport.parkNanos(LOOK_NS);
    }
    waiting.delivered((clock.nanoTime() - beganNs) / 1e9);
    services.stopServe(); // what is judged is what lies on the disk
    services.recount();
    start(services);
  }

  /** Of those that waited a quarter has left, then a half, then three quarters. */
  private static boolean isDue(int nth, Waiting waiting) throws IOException, InterruptedException {
    return !waiting.isNone()
        && waiting.ended() >= (long) waiting.requests() * nth / (KILLS_DELIVERING + 1);
  }

  private static long unsettled(Services services) throws IOException, InterruptedException {
    JsonNode counts = counts(services);
    return counts.path("queued").asLong(1) + counts.path("inFlight").asLong(1);
  }

  /** Over all campaigns. */
  private static JsonNode counts(Services services) throws IOException, InterruptedException {
    return services.data().get("/spool").json().path("counts");
  }

  private void judge(Scene scene, Services services, Judge judge)
      throws IOException, InterruptedException {
    for (String campaign : scene.campaigns().all()) {
      services
          .target()
          .lines(
              record(campaign),
              line ->
                  judge.dialled(
                      new Judge.Dialled(
                          campaign,
                          line.path("clientToken").asText(),
                          line.path("id").asText(),
                          line.path("phoneNumber").asText(),
                          epochMs(line, "receivedAt"),
                          epochMs(line, "expirationTime"),
                          line.path("times").asInt())));
    }
    List<Lead> asked = asked(scene.ledger().entries());
    listener.step(String.format(Locale.ROOT, "asking for the status of %,d tokens", asked.size()));
    new StatusReader(services.data())
        .read(asked, (lead, ending) -> judge.ended(lead.token(), ending));
    JsonNode spool = services.data().get("/spool").json();
    JsonNode counts = spool.path("counts");
    Verdict found =
        judge.verdict(
            new Judge.Totals(
                counts.path("accepted").asLong(),
                counts.path("submitted").asLong(),
                counts.path("queued").asLong() + counts.path("inFlight").asLong(),
                spool.path("conserved").asBoolean()),
            clock.epochMs());
    verdict = found;
    violations.addAll(found.findings());
    if (found.findingsAll() > found.findings().size()) {
      violations.add("and so on, " + found.findingsAll() + " in all");
    }
  }

  private static long epochMs(JsonNode line, String member) {
    return Instant.parse(line.path(member).asText()).toEpochMilli();
  }

  /** All but those of which there are very many alike. */
  private static List<Lead> asked(List<Ledger.Entry> entries) {
    var asked = new ArrayList<Lead>();
    int alike = 0;
    for (Ledger.Entry entry : entries) {
      if (!entry.isSampled() || alike++ % SAMPLED_OF == 0) {
        asked.add(entry.lead());
      }
    }
    return asked;
  }

  private String machine() {
    int cores = Runtime.getRuntime().availableProcessors();
    return String.format(
        Locale.ROOT,
        "%s %s with %d cores, Java %s%s; load average up to %.1f, this run's own included%s",
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        cores,
        System.getProperty("java.version"),
        loadAverageMax > OWN_LOAD_PER_CORE * cores ? ", busy with other work" : "",
        loadAverageMax,
        clock.stoodStillSeconds() < 1
            ? ""
            : format(", and it stood still for %.0f s", clock.stoodStillSeconds()));
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
