package io.dialspool.simulation;

import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code simulate --seeds A..B}: runs the seeds and says which ones broke a promise, and how to
 * replay them. Exit code 1 if any did.
 */
@Command(
    name = "simulate",
    description = "Runs the real stages through seeded faults and crashes in virtual time.",
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
  private static final long PROGRESS_NS = 2_000_000_000L;

  /**
   * @param to inclusive
   */
  record Seeds(long from, long to) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");

    static Seeds parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (matcher.matches()) {
        long from = Long.parseLong(matcher.group(1));
        long to = matcher.group(2) == null ? from : Long.parseLong(matcher.group(2));
        if (to >= from) {
          return new Seeds(from, to);
        }
      }
      throw new TypeConversionException("seeds: " + text + " (expected: A..B, or one seed)");
    }
  }

  static final class SeedsConverter implements ITypeConverter<Seeds> {
    @Override
    public Seeds convert(String value) {
      return Seeds.parse(value);
    }
  }

  @Option(
      names = "--seeds",
      paramLabel = "A..B",
      defaultValue = "1..200",
      converter = SeedsConverter.class,
      description = "Seeds to run, both included (default: ${DEFAULT-VALUE}).")
  private Seeds seeds = new Seeds(1, 200);

  @Option(names = "--trace", description = "Print every event as it happens.")
  private boolean trace;

  @Option(names = "--json", description = "End with one JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec its = spec;
    if (its == null) {
      throw new IllegalStateException("runs under picocli only");
    }
    PrintWriter out = its.commandLine().getOut();
    PrintWriter err = its.commandLine().getErr();
    long beganNs = Clock.SYSTEM.nanoTime();
    long toldNs = beganNs;
    var failed = new ArrayList<SimulationFailure>();
    for (long seed = seeds.from; seed <= seeds.to; seed++) {
      try {
        (trace ? Simulation.fromSeed(seed, out::println) : Simulation.fromSeed(seed)).run();
      } catch (SimulationFailure e) {
        failed.add(e);
        tell(e, out);
      }
      if (Clock.SYSTEM.nanoTime() - toldNs >= PROGRESS_NS) {
        toldNs = Clock.SYSTEM.nanoTime();
        err.printf(
            Locale.ROOT,
            "%d of %d seeds, %d failed%n",
            seed - seeds.from + 1,
            seeds.to - seeds.from + 1,
            failed.size());
        err.flush();
      }
    }
    sum(failed, (Clock.SYSTEM.nanoTime() - beganNs) / 1e9, out);
    return failed.isEmpty() ? 0 : 1;
  }

  private void tell(SimulationFailure failure, PrintWriter out) {
    out.println(failure.getMessage());
    if (!trace) {
      failure.trace().forEach(line -> out.println("  " + line));
    }
    out.println("replay: simulate --seeds " + failure.seed() + " --trace");
    out.flush();
  }

  private void sum(List<SimulationFailure> failed, double seconds, PrintWriter out) {
    long count = seeds.to - seeds.from + 1;
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"seeds\":%d,\"failed\":%d,\"seconds\":%.1f}%n",
          count,
          failed.size(),
          seconds);
    } else {
      out.printf(Locale.ROOT, "%d seeds, %d failed, %.1f s%n", count, failed.size(), seconds);
    }
    out.flush();
  }
}
