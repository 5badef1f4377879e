package io.dialspool.crashtest;

import io.dialspool.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A command of this very program in a process of its own. */
final class Child {
  private static final long LOOK_NS = 1_000_000;
  private static final long NOT_YET = -2;

  private final String name;
  private final Process process;
  private final Path log;
  private final CompletableFuture<Long> readyAfterNs;
  private final Clock clock;

  private Child(
      String name, Process process, Path log, CompletableFuture<Long> readyAfterNs, Clock clock) {
    this.clock = clock;
    this.name = name;
    this.process = process;
    this.log = log;
    this.readyAfterNs = readyAfterNs;
  }

  /**
   * @param log what it says on standard error is added here
   */
  static Child start(String name, List<String> args, Path log, Clock clock) throws IOException {
    long beganNs = clock.nanoTime();
    Process process =
        builder("1g", args).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    var ready = new CompletableFuture<Long>();
    var reader =
        new Thread(() -> read(process, () -> ready.complete(clock.nanoTime() - beganNs)), name);
    reader.setDaemon(true);
    reader.start();
    process.onExit().thenRun(() -> ready.complete(-1L));
    return new Child(name, process, log, ready, clock);
  }

  /** The own class path and Java, nothing of the configuration in the environment. */
  static ProcessBuilder builder(String heap, List<String> args) {
    var command =
        new ArrayList<String>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                // None lives long enough for the better compiler to pay: it would take half of the
                // time that a start needs.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.dialspool.Main"));
    command.addAll(args);
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(key -> key.startsWith("DIALSPOOL_"));
    return builder;
  }

  // To its end, or a full pipe would hold the process up.
  private static void read(Process process, Runnable whenReady) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("ready ")) {
          whenReady.run();
        }
      }
    } catch (IOException e) {
      // Killed while it wrote.
    }
  }

  boolean isReady() {
    return readyAfterNs.getNow(-1L) >= 0;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until it says that it is ready.
   *
   * @return how long that took from its start
   * @throws CrashTestFailure if it ends instead, or takes longer than {@code patienceMs}
   */
  long awaitReadyNs(long patienceMs) {
    long giveUpNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
    while (!readyAfterNs.isDone() && clock.nanoTime() < giveUpNs) {
      LockSupport.parkNanos(LOOK_NS);
    }
    long afterNs = readyAfterNs.getNow(NOT_YET);
    if (afterNs == NOT_YET) {
      kill();
      throw new CrashTestFailure(name + " was not ready within " + patienceMs / 1000 + " s");
    }
    if (afterNs < 0) {
      throw new CrashTestFailure(
          name + " did not start, exit code " + awaitExit() + ": " + lastWords());
    }
    return afterNs;
  }

  /** SIGKILL: no hook runs, nothing is flushed. */
  void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  /** SIGTERM. */
  void terminate() {
    process.toHandle().destroy(); // the process's own method would close its output too
  }

  /** Whether it has ended within this time. */
  boolean awaitExit(long ms) {
    long giveUpNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    while (process.isAlive() && clock.nanoTime() < giveUpNs) {
      LockSupport.parkNanos(LOOK_NS);
    }
    return !process.isAlive();
  }

  private int awaitExit() {
    return process.onExit().join().exitValue();
  }

  /** Must have ended. */
  int exitCode() {
    return process.exitValue();
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "(it said nothing)" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
