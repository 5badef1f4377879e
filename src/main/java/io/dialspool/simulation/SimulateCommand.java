package io.dialspool.simulation;

import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
  private static final int THREADS_MAX = 256;

  /**
   * @param to inclusive
   */
  record Seeds(long from, long to) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");

    long count() {
      return to - from + 1;
    }

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

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Seeds to run at a time (default: one a processor). A seed itself is one thread.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--trace", description = "Print every event as it happens.")
  private boolean trace;

  @Option(names = "--json", description = "End with one JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  private final AtomicLong next = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  // Guarded by the first
  private final Map<String, Long> happened = new TreeMap<>();
  private final Map<String, Long> ends = new TreeMap<>();
  private long calls;
  private long acknowledged;

  @Override
  public Integer call() {
    CommandSpec its = spec;
    if (its == null) {
      throw new IllegalStateException("runs under picocli only");
    }
    PrintWriter out = its.commandLine().getOut();
    PrintWriter err = its.commandLine().getErr();
    if (threads < 1 || threads > THREADS_MAX) {
      throw new ParameterException(
          its.commandLine(), "threads: " + threads + " (expected: 1 to " + THREADS_MAX + ")");
    }
    long beganNs = Clock.SYSTEM.nanoTime();
    try (SimulationProgress progress = SimulationProgress.of(seeds.count(), err)) {
      int used = (int) Math.min(trace ? 1 : threads, seeds.count());
      ExecutorService workers = Executors.newFixedThreadPool(used);
      for (int i = 0; i < used; i++) {
        workers.execute(() -> work(out));
      }
      workers.shutdown();
      while (!workers.awaitTermination(200, TimeUnit.MILLISECONDS)) {
        progress.at(done.get(), failed.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      next.set(Long.MAX_VALUE);
    }
    sum((Clock.SYSTEM.nanoTime() - beganNs) / 1e9, out);
    return failed.get() == 0 && done.get() == seeds.count() ? 0 : 1;
  }

  /** One seed after the other, until none is left. */
  private void work(PrintWriter out) {
    for (long at = next.getAndIncrement(); at < seeds.count(); at = next.getAndIncrement()) {
      long seed = seeds.from + at;
      try {
        Simulation.Summary summary =
            (trace ? Simulation.fromSeed(seed, out::println) : Simulation.fromSeed(seed)).run();
        synchronized (happened) {
          summary.happened().forEach((what, count) -> happened.merge(what, count, Long::sum));
          summary.ends().forEach((end, count) -> ends.merge(end, count, Long::sum));
          calls += summary.calls();
          acknowledged += summary.acknowledged();
        }
      } catch (SimulationFailure e) {
        failed.incrementAndGet();
        synchronized (happened) {
          tell(e, out);
        }
      }
      done.incrementAndGet();
    }
  }

  private void tell(SimulationFailure failure, PrintWriter out) {
    out.println(failure.getMessage());
    if (!trace) {
      failure.trace().forEach(line -> out.println("  " + line));
    }
    out.println("replay: simulate --seeds " + failure.seed() + " --trace");
    out.flush();
  }

  private void sum(double seconds, PrintWriter out) {
    long count = done.get();
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"seeds\":%d,\"failed\":%d,\"seconds\":%.1f}%n",
          count,
          failed.get(),
          seconds);
    } else {
      out.printf(Locale.ROOT, "%,14d requests acknowledged%n", acknowledged);
      out.printf(Locale.ROOT, "%,14d calls%n", calls);
      ends.forEach((end, of) -> out.printf(Locale.ROOT, "%,14d ended %s%n", of, end));
      happened.forEach((what, of) -> out.printf(Locale.ROOT, "%,14d %s%n", of, what));
      out.printf(
          Locale.ROOT,
          "%d seeds, %d failed, %.1f s, %.1f seeds/s%n",
          count,
          failed.get(),
          seconds,
          count / Math.max(seconds, 1e-3));
    }
    out.flush();
  }
}
