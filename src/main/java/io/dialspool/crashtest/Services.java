package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * {@code serve} and the {@code campaign-service}, each a process of its own. Their ports stay the
 * same over all restarts, as they do in production. One thread.
 */
final class Services implements AutoCloseable {
  private static final long READY_PATIENCE_MS = 120_000;
  private static final long STOP_PATIENCE_MS = 60_000;
  private static final long RECOUNT_PATIENCE_S = 600;
  private static final long LOOK_NS = 1_000_000;
  private static final double CALLS_PER_SECOND = 400;

  private final Path directory;
  private final int waiting;
  private final Clock clock;
  private final Door data;
  private final Door target;
  private volatile @Nullable Child serve;
  private volatile @Nullable Child campaignService;
  private final Thread onExit = new Thread(this::killAll, "crash-test-children");

  Services(CrashPlan plan, Clock clock) throws IOException {
    this.directory = plan.directory();
    this.waiting = plan.waiting();
    this.clock = clock;
    data = new Door(freePort());
    target = new Door(freePort());
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /**
   * Below the ports that the system gives to outgoing connections: while a process is down, one of
   * its many callers would else be given its port one day, and be connected to itself.
   */
  private static int freePort() throws IOException {
    for (int tries = 0; tries < 1_000; tries++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      try (var socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // Taken: another one.
      }
    }
    throw new IOException("no free port between 20000 and 30000");
  }

  /** The data port of {@code serve}. */
  Door data() {
    return data;
  }

  Door target() {
    return target;
  }

  void startTarget() throws IOException {
    List<String> args =
        List.of(
            "campaign-service",
            "--port",
            "" + target.port(),
            "--data",
            directory.resolve("campaign-service").toString(),
            "--calls-per-second",
            "" + CALLS_PER_SECOND * 1.25,
            "--burst",
            "100",
            "--buffer",
            "" + (2_000_000 + waiting),
            "--faults",
            directory.resolve("faults.json").toString());
    Child child =
        Child.start("campaign-service", args, directory.resolve("campaign-service.log"), clock);
    campaignService = child;
    child.awaitReadyNs(READY_PATIENCE_MS);
  }

  void killTarget() {
    child(campaignService).kill();
  }

  /**
   * Starts {@code serve} on what it left behind.
   *
   * @return how long until it was ready
   */
  long startServeNs() throws IOException {
    return newServe().awaitReadyNs(READY_PATIENCE_MS);
  }

  /**
   * Starts it and kills it this long after it began to open its spool.
   *
   * @return whether that was before it was ready
   */
  boolean killStarting(long afterNs) throws IOException {
    long before = opened();
    Child child = newServe();
    long giveUpNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_PATIENCE_MS);
    while (child.isAlive() && opened() == before && clock.nanoTime() < giveUpNs) {
      LockSupport.parkNanos(LOOK_NS);
    }
    LockSupport.parkNanos(afterNs);
    boolean ready = child.isReady();
    if (!child.isAlive()) {
      child.awaitReadyNs(0); // says why it ended
    }
    child.kill();
    return !ready;
  }

  /** When the store last began a log of its own, which is the first thing it does as it opens. */
  private long opened() throws IOException {
    Path log = directory.resolve("spool").resolve("LOG");
    return Files.exists(log) ? lastModified(log) : 0;
  }

  private static long lastModified(Path log) {
    try {
      return Files.getLastModifiedTime(log).toMillis();
    } catch (IOException e) {
      return 0; // just being replaced
    }
  }

  private Child newServe() throws IOException {
    var args = new ArrayList<String>(List.of("serve"));
    for (String set :
        List.of(
            "intake.port=" + data.port(),
            "management.port=0",
            "spool.directory=" + directory.resolve("spool"),
            "target.kind=connect-campaigns",
            "target.endpoint=" + target.url(),
            "target.accessKeyId=crash-test",
            "target.secretAccessKey=crash-test",
            "target.callsPerSecond=" + CALLS_PER_SECOND)) {
      args.add("--set");
      args.add(set);
    }
    Child child = Child.start("serve", args, directory.resolve("serve.log"), clock);
    serve = child;
    return child;
  }

  void expectServeAlive() {
    Child child = child(serve);
    if (!child.isAlive()) {
      throw new CrashTestFailure("serve ended by itself, exit code " + child.exitCode());
    }
  }

  /** SIGKILL. */
  void killServe() {
    expectServeAlive();
    child(serve).kill();
  }

  /**
   * SIGTERM, and its end.
   *
   * @throws CrashTestFailure if it takes too long or ends with another exit code than 0
   */
  void stopServe() throws InterruptedException {
    expectServeAlive();
    child(serve).terminate();
    if (!child(serve).awaitExit(STOP_PATIENCE_MS)) {
      throw new CrashTestFailure(
          "serve did not end within " + STOP_PATIENCE_MS / 1000 + " s of SIGTERM");
    }
    expectExitCode0();
  }

  /**
   * SIGTERM, and SIGKILL this long after it.
   *
   * @return whether it was still there to be killed
   */
  boolean killDraining(long afterMs) throws InterruptedException {
    expectServeAlive();
    child(serve).terminate();
    if (child(serve).awaitExit(afterMs)) {
      expectExitCode0();
      return false;
    }
    child(serve).kill();
    return true;
  }

  private void expectExitCode0() {
    int exitCode = child(serve).exitCode();
    if (exitCode != 0) {
      throw new CrashTestFailure("serve ended with exit code " + exitCode + " after SIGTERM");
    }
  }

  /**
   * Counts everything anew with {@code spool check}; {@code serve} must not be running.
   *
   * @throws CrashTestFailure if it finds a fault, or ends without having looked
   */
  JsonNode recount() throws IOException, InterruptedException {
    Path out = directory.resolve("spool-check.out");
    Process process =
        Child.builder(
                "1g",
                List.of(
                    "spool",
                    "check",
                    "--directory",
                    directory.resolve("spool").toString(),
                    "--json"))
            .redirectOutput(out.toFile())
            .redirectError(
                ProcessBuilder.Redirect.appendTo(directory.resolve("spool-check.log").toFile()))
            .start();
    try {
      if (!process.waitFor(RECOUNT_PATIENCE_S, TimeUnit.SECONDS)) {
        throw new CrashTestFailure("spool check did not end within " + RECOUNT_PATIENCE_S + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(out);
    String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    if (process.exitValue() != 0) {
      throw new CrashTestFailure("spool check says: " + last);
    }
    return Door.JSON.readTree(last);
  }

  private static Child child(@Nullable Child child) {
    if (child == null) {
      throw new IllegalStateException("was never started");
    }
    return child;
  }

  private void killAll() {
    for (Child child : new Child[] {serve, campaignService}) {
      if (child != null) {
        child.kill();
      }
    }
  }

  @Override
  public void close() {
    killAll();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
