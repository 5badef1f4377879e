package io.dialspool.campaignservice;

import static io.dialspool.api.Member.required;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.api.BrokenShapeException;
import io.dialspool.api.Json;
import io.dialspool.api.Shape;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.config.ConfigException;
import io.dialspool.http.ApiDoor;
import io.dialspool.http.ApiError;
import io.dialspool.http.BytesBudget;
import io.dialspool.http.Entrance;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.HttpServer;
import io.dialspool.request.CampaignState;
import io.dialspool.store.PatientStore;
import io.dialspool.store.RocksStore;
import io.dialspool.time.Clock;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The embedded campaign service on its port: the contract's operations, {@code GET /dial-requests},
 * {@code GET /contacts} ({@link ContactCounts}), {@code /faults} and {@code PUT /campaign-states},
 * which puts a campaign into any state (api.md). Any credentials do; signatures are not looked at.
 * It syncs before it answers: what a client was told survives a kill.
 */
public final class CampaignService implements AutoCloseable {
  /** All bodies on their way in. */
  private static final long BUFFERED_BYTES_MAX = 128L << 20;

  private static final Shape.Structure FORCED =
      Shape.Structure.closed(
          required("campaignId", Shape.Text.of(1, 256)),
          required(
              "state",
              new Shape.Choice(
                  Arrays.stream(CampaignState.values()).map(CampaignState::wire).toList())));

  private final PatientStore store;
  private final OutboundCampaigns campaigns;
  private final GroupCommit commit;
  private final EventLoopGroup loops;
  private final HttpServer server;
  private boolean closed;

  private CampaignService(
      CampaignServiceConfig config, Entrance entrance, Clock clock, Faults faults) {
    RocksStore rocks = RocksStore.open(Path.of(config.directory()), OutboundCampaigns.SPACES);
    store = new PatientStore(rocks);
    loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("campaign-service", true), NioIoHandler.newFactory());
    loops.scheduleWithFixedDelay(rocks::keepPrivate, 5, 5, TimeUnit.SECONDS);
    try {
      campaigns = new OutboundCampaigns(store, clock, config, faults);
      commit = new GroupCommit(campaigns);
      var budget = new BytesBudget(BUFFERED_BYTES_MAX);
      server =
          HttpServer.start(
              config.address(),
              config.port(),
              loops,
              HttpLimits.DEFAULT,
              entrance,
              () -> new ApiDoor(HttpLimits.DEFAULT.bodyBytesMax(), budget, this::handle));
    } catch (RuntimeException e) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      store.close();
      throw e;
    }
  }

  /**
   * Opens the store, takes up what it holds and listens.
   *
   * @throws io.dialspool.store.StoreException if the directory can't be had
   * @throws io.dialspool.http.PortUnavailableException if the port can't be bound
   * @throws ConfigException if the faults file is wrong
   */
  public static CampaignService start(
      CampaignServiceConfig config, Entrance entrance, Clock clock) {
    var service = new CampaignService(config, entrance, clock, faults(config.faults()));
    service.commit.start();
    return service;
  }

  private static Faults faults(String file) {
    if (file.isEmpty()) {
      return Faults.NONE;
    }
    try {
      return Faults.ofJson(Files.readAllBytes(Path.of(file)));
    } catch (IOException e) {
      throw new ConfigException(
          List.of("campaignService.faults: " + file + " (expected: a file that can be read)"));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of("campaignService.faults: " + file + ": " + e.getMessage()));
    }
  }

  /** As a client on this machine reaches it. */
  public String url() {
    return server.url();
  }

  public int port() {
    return server.port();
  }

  private void handle(HttpCall call) {
    OwnCall own = OwnCall.find(call.method(), call.segments());
    if (own == null) {
      perform(call);
      return;
    }
    switch (own) {
      case RECORD ->
          ofCampaign(call, id -> new RecordStream(commit, campaigns, loops, call, id).begin());
      case CONTACTS -> ofCampaign(call, id -> offer(call, () -> contacts(id)));
      case FAULTS -> offer(call, this::faultsNow);
      case SET_FAULTS -> setFaults(call);
      case FORCE_STATE -> force(call);
    }
  }

  private void setFaults(HttpCall call) {
    Faults faults;
    try {
      faults = Faults.ofJson(call.body());
    } catch (IllegalArgumentException e) {
      call.answer(ApiError.validation(String.valueOf(e.getMessage())));
      return;
    }
    offer(
        call,
        () -> {
          campaigns.setFaults(faults);
          return faultsNow();
        });
  }

  private void force(HttpCall call) {
    JsonNode wanted;
    try {
      wanted = Json.read(call.body(), FORCED);
    } catch (BrokenShapeException e) {
      call.answer(ApiError.validation(e.getMessage()));
      return;
    }
    String id = wanted.path("campaignId").textValue();
    CampaignState state =
        CampaignState.ofWire(wanted.path("state").textValue()).orElse(CampaignState.FAILED);
    offer(
        call,
        () -> {
          try {
            campaigns.force(id, state);
            return HttpAnswer.json((Object) wanted);
          } catch (Refused refused) {
            return HttpAnswer.error(refused.error());
          }
        });
  }

  private static void ofCampaign(HttpCall call, Consumer<String> question) {
    String id = call.query("campaign");
    if (id == null || id.isEmpty()) {
      call.answer(ApiError.validation("campaign: missing (expected: a campaign's id)"));
    } else {
      question.accept(id);
    }
  }

  private HttpAnswer contacts(String id) {
    ContactCounts counts = campaigns.contacts(id);
    return counts == null
        ? HttpAnswer.error(ApiError.notFound("There was never such a campaign."))
        : HttpAnswer.json(counts);
  }

  private HttpAnswer faultsNow() {
    return HttpAnswer.json(campaigns.faults().json());
  }

  private void perform(HttpCall call) {
    Call read = Call.read(call.method(), call.uri(), call.body());
    offer(
        call,
        new Turn(call) {
          @Override
          public Runnable perform() {
            Answer answer = campaigns.perform(read);
            int latencyMs = campaigns.latencyMs();
            return () -> deliver(call, answer, latencyMs);
          }
        });
  }

  private void deliver(HttpCall call, Answer answer, int latencyMs) {
    if (latencyMs > 0) {
      loops.schedule(() -> deliver(call, answer, 0), latencyMs, TimeUnit.MILLISECONDS);
    } else if (answer.dropped()) {
      call.abort();
    } else if (answer.error() != null) {
      call.answer(answer.error());
    } else {
      call.answer(answer.body() == null ? HttpAnswer.empty() : HttpAnswer.json(answer.body()));
    }
  }

  private void offer(HttpCall call, java.util.function.Supplier<HttpAnswer> question) {
    offer(
        call,
        new Turn(call) {
          @Override
          public Runnable perform() {
            HttpAnswer answer = question.get();
            return () -> call.answer(answer);
          }
        });
  }

  private void offer(HttpCall call, Turn turn) {
    if (!commit.offer(turn)) {
      call.answer(
          commit.closing()
              ? ApiError.unavailable("The campaign service is going down.", 1)
              : ApiError.throttled("Too many calls are waiting.", 1));
    }
  }

  /** Answers what was received, syncs, and gives port and directory back. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    store.giveUp(); // who waits for room now would wait for ever
    server.stopAccepting();
    boolean ended = commit.drain();
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    if (ended) { // else the store is stuck, and its thread would write to a closed one
      try {
        if (!commit.halted()) {
          campaigns.close();
        }
      } finally {
        store.close();
      }
    }
  }

  private abstract static class Turn implements GroupCommit.Work {
    private final HttpCall call;

    Turn(HttpCall call) {
      this.call = call;
    }

    @Override
    public void abandon() {
      call.answer(ApiError.internal());
    }

    @Override
    public long bytes() {
      return call.body().length;
    }
  }
}
