package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A command of this very program in a process of its own, until it is closed. */
final class Child implements AutoCloseable {
  private static final long READY_PATIENCE_S = 120;
  private static final long STOP_PATIENCE_S = 60;

  private final String name;
  private final Process process;
  private final Thread onExit;
  private final Map<String, String> ready;
  private final long readyAfterNs;

  private Child(
      String name, Process process, Thread onExit, Map<String, String> ready, long readyAfterNs) {
    this.name = name;
    this.process = process;
    this.onExit = onExit;
    this.ready = ready;
    this.readyAfterNs = readyAfterNs;
  }

  /**
   * Starts it and waits until it says that it is ready.
   *
   * @param java the program
   * @param flags of the virtual machine
   * @param directory that exists; what it says on standard error is added to a file there
   * @throws BenchFailure if it doesn't get that far
   */
  static Child start(
      String name, Path java, List<String> flags, List<String> args, Path directory, Clock clock) {
    var command = new ArrayList<String>(List.of(java.toString()));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.dialspool.Main"));
    command.addAll(args);
    Path log = directory.resolve(name + ".log");
    var builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // What is measured is what the command line says.
    builder.environment().keySet().removeIf(key -> key.startsWith("DIALSPOOL_"));
    long beganNs = clock.nanoTime();
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new BenchFailure(name + ": " + java + " can't be started: " + e.getMessage(), e);
    }
    var onExit = new Thread(process::destroyForcibly, name + "-on-exit");
    Runtime.getRuntime().addShutdownHook(onExit);
    var line = new CompletableFuture<String>();
    var reader = new Thread(() -> read(process, line), name + "-output");
    reader.setDaemon(true);
    reader.start();
    String said = line.completeOnTimeout("", READY_PATIENCE_S, TimeUnit.SECONDS).join();
    long readyAfterNs = clock.nanoTime() - beganNs;
    if (said.isEmpty()) {
      process.destroyForcibly();
      forget(onExit);
      throw new BenchFailure(name + " did not start: " + lastWords(log), null);
    }
    return new Child(name, process, onExit, pairs(said), readyAfterNs);
  }

  // To its end, or a full pipe would hold the process up.
  private static void read(Process process, CompletableFuture<String> ready) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("ready ")) {
          ready.complete(line);
        }
      }
    } catch (IOException e) {
      // Ended while it wrote.
    }
    ready.complete("");
  }

  private static Map<String, String> pairs(String said) {
    var pairs = new HashMap<String, String>();
    for (String pair : said.substring("ready ".length()).split(" ", -1)) {
      int equals = pair.indexOf('=');
      pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return pairs;
  }

  private static String lastWords(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "(it said nothing)" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What its ready line says under {@code key}, such as {@code intake}. */
  String said(String key) {
    String value = ready.get(key);
    if (value == null) {
      throw new BenchFailure(name + ": no " + key + "= in its ready line", null);
    }
    return value;
  }

  /** From its start until its ready line. */
  long readyAfterNs() {
    return readyAfterNs;
  }

  long pid() {
    return process.pid();
  }

  /** SIGKILL, and its end. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
    forget(onExit);
  }

  /** SIGTERM, and its end; SIGKILL if that takes too long. */
  @Override
  public void close() {
    process.toHandle().destroy(); // the process's own method would close its output too
    try {
      if (!process.waitFor(STOP_PATIENCE_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    forget(onExit);
  }

  private static void forget(Thread onExit) {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
