package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.auth.Caller;
import io.dialspool.auth.Right;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.intake.Backstage;
import io.dialspool.intake.Views;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.story.Story;
import io.dialspool.story.Told;
import io.dialspool.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers what the management port doesn't answer by itself: the page, its pictures, and those
 * calls of the data port that the page makes. Pictures are made once a second for all who watch, on
 * a thread of its own; while nobody does, only the last quarter of an hour is kept. Source: api.md,
 * Management port.
 */
public final class Dashboard implements AutoCloseable {
  private static final List<String> COLUMNS =
      List.of(
          "accepted",
          "queued",
          "inFlight",
          "submitted",
          "rejected",
          "expired",
          "cancelled",
          "undeliverable",
          "calls",
          "throttled",
          "items",
          "admittedHundredths");
  private static final int SAMPLES_MAX = 900; // a quarter of an hour
  private static final int PASTS_EACH = 10;
  private static final int TASKS_MAX = 64;
  private static final Map<String, String> EVENTS =
      Map.of("Cache-Control", "no-store", "X-Content-Type-Options", "nosniff");
  private static final ApiError FULL =
      ApiError.throttled(
          "Too many watch already (expected: at most " + Watchers.WATCHERS_MAX + ").", 10);
  private static final ApiError NEEDS_KEY =
      new ApiError(
          403,
          "AccessDeniedException",
          "From another machine this needs a key with the right control, and no key file is"
              + " configured (doors.keyFile).");
  private static final ApiError NOT_JSON =
      ApiError.validation("content-type: not supported (expected: application/json)");
  private static final ApiError CAMPAIGN =
      ApiError.validation("campaign: not a campaign id (expected: 1 to 256 characters)");
  private static final ApiError CLIENT_TOKEN =
      ApiError.validation("clientToken: not a token (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
  private static final ApiError ID =
      ApiError.validation("id: not an id of ours (expected: such as ds-1-42)");
  private static final ApiError ZONE =
      ApiError.validation("zone: not a time zone (expected: one such as Europe/London)");
  private static final ApiError NO_LANE =
      ApiError.notFound("No dial request of this campaign was ever accepted.");
  private static final ApiError NOT_KNOWN =
      ApiError.notFound("No dial request with this clientToken is known.");

  private final Backstage desk;
  private final Consumer<HttpCall> calls;
  private final Clock clock;
  private final Assets assets = new Assets();
  private final Watchers watchers = new Watchers();
  private final CampaignPasts pasts = new CampaignPasts();
  private final Executor worker;
  private final Runnable stop;
  private final AtomicBoolean drawing = new AtomicBoolean();
  private volatile @Nullable SpoolReport latest;

  // On the worker only
  private final History history = new History(COLUMNS, SAMPLES_MAX);
  private byte[] picture = {};
  private int samples;

  /**
   * @param calls answers calls of the data port; on the event loop
   */
  public static Dashboard start(Backstage desk, Consumer<HttpCall> calls, Clock clock) {
    var worker =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(TASKS_MAX),
            task -> {
              var thread = new Thread(task, "dialspool-dashboard");
              thread.setDaemon(true);
              return thread;
            });
    return new Dashboard(desk, calls, clock, worker, worker::shutdownNow);
  }

  /**
   * @param worker runs one task after the other; refuses when too many wait
   * @param stop ends it
   */
  Dashboard(Backstage desk, Consumer<HttpCall> calls, Clock clock, Executor worker, Runnable stop) {
    this.desk = desk;
    this.calls = calls;
    this.clock = clock;
    this.worker = worker;
    this.stop = stop;
  }

  // --- what it hears

  /** Takes in how everything stands; about once a second, {@link #took(List)} after it. */
  public void took(SpoolReport report) {
    latest = report;
  }

  /** Takes in how each campaign stands. Returns at once. */
  public void took(List<CampaignReport> campaigns) {
    SpoolReport report = latest;
    if (report == null || !drawing.compareAndSet(false, true)) {
      return; // the last one isn't drawn yet: nobody would see this one
    }
    try {
      worker.execute(
          () -> {
            try {
              draw(report, campaigns);
            } finally {
              drawing.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      drawing.set(false);
    }
  }

  private void draw(SpoolReport report, List<CampaignReport> campaigns) {
    long nowMs = clock.epochMs();
    sample(nowMs, report);
    if (samples++ % PASTS_EACH == 0) {
      pasts.add(nowMs, campaigns);
    }
    if (watchers.isEmpty()) {
      picture = new byte[0]; // of a moment that has passed, once somebody comes
      return;
    }
    picture = event("picture", Picture.of(nowMs, report, campaigns, desk.overload()));
    watchers.tell(picture);
  }

  private void sample(long nowMs, SpoolReport report) {
    Counts counts = report.counts();
    history.add(
        nowMs,
        counts.accepted(),
        counts.queued(),
        counts.inFlight(),
        counts.submitted(),
        counts.rejected(),
        counts.expired(),
        counts.cancelled(),
        counts.undeliverable(),
        report.calls(),
        report.callsThrottled(),
        report.batchItems(),
        Math.round(report.callsPerSecond() * 100));
  }

  private static byte[] event(String name, JsonNode body) {
    return ("event: " + name + "\ndata: " + body + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  // --- what it is asked

  /** Answers a call. On the event loop of its connection, a loop that the data port runs on too. */
  public void answer(HttpCall call) {
    String path = call.uri().replaceFirst("\\?.*", "");
    boolean reads = call.method().equals("GET") || call.method().equals("HEAD");
    HttpAnswer asset = reads ? assets.find(call, path) : null;
    if (asset != null) {
      call.answer(asset);
    } else if (path.startsWith("/dashboard/") && call.method().equals("GET")) {
      ours(call, path.substring("/dashboard/".length()));
    } else {
      pass(call, path);
    }
  }

  private void pass(HttpCall call, String path) {
    Mounted.Kind kind = Mounted.kind(call.method(), call.segments());
    if (kind == Mounted.Kind.NONE) {
      call.answer(ApiError.unknownOperation(call.method(), path));
    } else if (!call.method().equals("GET") && !isJson(call)) {
      call.answer(NOT_JSON);
    } else if (kind == Mounted.Kind.CONTROL && !mayControl(call)) {
      call.answer(NEEDS_KEY);
    } else {
      calls.accept(call);
    }
  }

  // A page of another site can't send this type without asking first, and nobody answers it then.
  private static boolean isJson(HttpCall call) {
    String type = call.header("Content-Type").toLowerCase(Locale.ROOT);
    return type.replaceFirst(";.*", "").strip().equals(HttpAnswer.JSON);
  }

  /** Who was asked for a key has the rights of that; who wasn't must be on this machine. */
  private static boolean mayControl(HttpCall call) {
    Caller caller = Caller.of(call.channel());
    return caller == null ? call.isFromLoopback() : caller.rights().contains(Right.CONTROL);
  }

  private void ours(HttpCall call, String name) {
    switch (name) {
      case "live" -> watch(call);
      case "campaign" -> campaign(call, id -> campaign(call, id));
      case "story" -> campaign(call, id -> story(call, id));
      case "dead-letters" ->
          campaign(call, id -> DeadLetterSearch.run(desk, call, id, mayReveal(call)));
      default -> call.answer(ApiError.unknownOperation(call.method(), "/dashboard/" + name));
    }
  }

  /** Numbers are for who may control; nobody may while nobody is asked. */
  private static boolean mayReveal(HttpCall call) {
    Caller caller = Caller.of(call.channel());
    return caller != null && caller.rights().contains(Right.CONTROL);
  }

  private static void campaign(HttpCall call, Consumer<CampaignId> then) {
    String id = call.query("campaign");
    if (id != null && CampaignId.isValid(id)) {
      then.accept(new CampaignId(id));
    } else {
      call.answer(CAMPAIGN);
    }
  }

  // --- watching

  private void watch(HttpCall call) {
    Caller caller = Caller.of(call.channel());
    ObjectNode hello =
        JsonNodeFactory.instance
            .objectNode()
            .put("asked", caller != null)
            .put("control", mayControl(call));
    if (caller != null) {
      hello.put("name", caller.name());
    }
    if (!watchers.enter()) {
      call.answer(FULL);
      return;
    }
    try {
      worker.execute(() -> begin(call, hello));
    } catch (RejectedExecutionException e) {
      watchers.leave();
      call.answer(FULL);
    }
  }

  private void begin(HttpCall call, ObjectNode hello) {
    byte[] greeting = event("hello", hello);
    byte[] past = event("history", history.json());
    byte[] first = new byte[greeting.length + past.length + picture.length];
    System.arraycopy(greeting, 0, first, 0, greeting.length);
    System.arraycopy(past, 0, first, greeting.length, past.length);
    System.arraycopy(picture, 0, first, greeting.length + past.length, picture.length);
    watchers.add(call.stream("text/event-stream", EVENTS), first);
  }

  // --- one campaign, one request

  private void campaign(HttpCall call, CampaignId id) {
    desk.campaignReport(
        id,
        report -> {
          if (report.isEmpty()) {
            call.answer(NO_LANE);
            return;
          }
          ObjectNode json = Picture.of(report.get());
          pasts.put(id, json);
          call.answer(HttpAnswer.json((Object) json));
        });
  }

  private void story(HttpCall call, CampaignId campaign) {
    String token = call.query("clientToken");
    String id = call.query("id");
    ZoneId zone = zone(call.query("zone"));
    if (token == null || !ClientToken.isValid(token)) {
      call.answer(CLIENT_TOKEN);
    } else if (zone == null) {
      call.answer(ZONE);
    } else if (id == null) {
      var clientToken = new ClientToken(token);
      desk.status(campaign, clientToken, status -> story(call, campaign, status, zone));
    } else {
      Optional<RequestId> wanted = RequestId.of(id);
      if (wanted.isEmpty()) {
        call.answer(ID);
        return;
      }
      desk.status(
          campaign,
          wanted.get(),
          status ->
              story(
                  call,
                  campaign,
                  status.filter(found -> found.clientToken().value().equals(token)),
                  zone));
    }
  }

  private static @Nullable ZoneId zone(@Nullable String name) {
    try {
      return name == null ? ZoneOffset.UTC : ZoneId.of(name);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private void story(
      HttpCall call, CampaignId campaign, Optional<RequestStatus> status, ZoneId zone) {
    if (status.isEmpty()) {
      call.answer(NOT_KNOWN);
      return;
    }
    desk.campaignReport(
        campaign,
        report -> {
          ObjectNode request = Views.of(status.get());
          JsonNode lane =
              report.map(found -> (JsonNode) Views.of(found)).orElse(MissingNode.getInstance());
          ObjectNode json = JsonNodeFactory.instance.objectNode();
          json.set("request", request);
          var told = new Told(clock.epochMs(), zone);
          for (Story.Line line : Story.of(request, lane, told)) {
            json.withArray("lines").addObject().put("what", line.what()).put("text", line.text());
          }
          call.answer(HttpAnswer.json((Object) json));
        });
  }

  @Override
  public void close() {
    stop.run();
  }
}
