package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.request.RequestState;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolCheck;
import io.dialspool.spool.SpoolFault;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.SoundStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code spool check}. */
@Command(
    name = "check",
    description = {
      "Reads the whole spool and writes nothing: compares every table's checksums, holds pages, outcomes, tokens,",
      "deadlines, cursors, marks and counters against each other, and counts every request anew.",
      "Exit code 0 if all is well, 1 if not. The service must not be running."
    })
final class SpoolCheckCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FAULTS_TOLD_MAX = 1_000;

  private final Surroundings surroundings;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "The spool's directory, if not the configuration's.")
  private @Nullable Path directory;

  @Option(names = "--json", description = "One JSON object on the last line.")
  private boolean json;

  private final List<SpoolFault> told = new ArrayList<>();
  private long faults;

  SpoolCheckCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Path where =
        directory == null
            ? Path.of(options.load(surroundings.environment()).spool().directory())
            : directory;
    List<SpoolCheck.Lane> lanes = List.of();
    try (var view = new SpoolProgressView(surroundings);
        SoundStore sound = SoundStore.open(where, Spool.spaces(), view::verified)) {
      sound.damages().forEach(damage -> tell(SpoolFault.of(damage)));
      OrderedStore store = sound.store();
      if (store != null) {
        lanes =
            new SpoolCheck(store, this::tell, requests -> view.counted("requests", requests)).run();
      }
      view.end();
      if (json) {
        surroundings.out().println(object(where, sound, lanes));
      } else {
        lanes.forEach(lane -> surroundings.out().println(line(lane)));
        surroundings
            .out()
            .println(
                String.format(
                    Locale.ROOT,
                    "%,d tables, %,d bytes, %,d requests. %s",
                    sound.tables(),
                    sound.bytes(),
                    requests(lanes),
                    faults == 0
                        ? "It adds up."
                        : String.format(Locale.ROOT, "%,d FAULTS; spool salvage", faults)
                            + " saves what can be read."));
      }
    }
    surroundings.out().flush();
    return faults == 0 ? 0 : DialspoolCommand.REFUSED;
  }

  private void tell(SpoolFault fault) {
    faults++;
    if (told.size() < FAULTS_TOLD_MAX) {
      told.add(fault);
      if (!json) {
        surroundings.out().println(fault.line());
      }
    }
  }

  private static long requests(List<SpoolCheck.Lane> lanes) {
    return lanes.stream().mapToLong(SpoolCheck.Lane::requests).sum();
  }

  private static String line(SpoolCheck.Lane lane) {
    return String.format(
        Locale.ROOT,
        "campaign %s (lane %d): %,d requests in %,d pages: %s; %,d let go of. %s",
        lane.campaign(),
        lane.number(),
        lane.requests(),
        lane.pages(),
        SpoolSalvageCommand.states(lane.byState()),
        lane.letGo(),
        lane.faults() == 0 ? "It adds up." : lane.faults() + " FAULTS");
  }

  private String object(Path where, SoundStore sound, List<SpoolCheck.Lane> lanes) {
    var object = new LinkedHashMap<String, Object>();
    object.put("directory", where.toString());
    object.put("sound", faults == 0);
    object.put("tables", sound.tables());
    object.put("tableBytes", sound.bytes());
    object.put("requests", requests(lanes));
    var campaigns = new ArrayList<Map<String, Object>>();
    for (SpoolCheck.Lane lane : lanes) {
      var one = new LinkedHashMap<String, Object>();
      one.put("campaignId", lane.campaign().value());
      one.put("lane", lane.number());
      one.put("pages", lane.pages());
      one.put("requests", lane.requests());
      counts(lane.byState(), one);
      one.put("letGo", lane.letGo());
      one.put("faults", lane.faults());
      campaigns.add(one);
    }
    object.put("campaigns", campaigns);
    object.put("faultCount", faults);
    object.put("faults", told.stream().map(SpoolSalvageCommand::object).toList());
    return write(object);
  }

  static void counts(long[] byState, Map<String, Object> into) {
    for (RequestState state : RequestState.values()) {
      if (state != RequestState.IN_FLIGHT) {
        into.put(state.name().toLowerCase(Locale.ROOT), byState[state.code()]);
      }
    }
  }

  static String write(Map<String, Object> object) {
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
