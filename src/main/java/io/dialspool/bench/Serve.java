package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A {@code serve} of ours, looked at from outside and inside. One thread. */
final class Serve implements AutoCloseable {
  private static final int LOOKS_BEFORE = 10;

  private final Child process;
  private final Clock clock;
  private final JvmView jvm;
  private final ServiceCalls data;
  private final ServiceCalls management;
  private boolean closed;

  Serve(Child process, Clock clock) {
    this.process = process;
    this.clock = clock;
    try {
      jvm = JvmView.of(process.pid());
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
    data = new ServiceCalls(process.said("intake"));
    management = new ServiceCalls(process.said("management"));
  }

  URI intake() {
    return URI.create(process.said("intake"));
  }

  String target() {
    return process.said("target");
  }

  ServiceCalls data() {
    return data;
  }

  Scrape metrics() throws InterruptedException {
    return management.scrape();
  }

  /** From its start until it said that it was ready. */
  long readyAfterNs() {
    return process.readyAfterNs();
  }

  /** New campaigns, through the data port like any client's; started and paused at once. */
  List<String> pausedCampaigns(int count) throws InterruptedException {
    var campaigns = new ArrayList<String>();
    for (int i = 1; i <= count; i++) {
      String id = data.create("bench-" + i);
      data.change(id, "start");
      data.change(id, "pause");
      campaigns.add(id);
    }
    return campaigns;
  }

  ProcessFigures process() {
    return ProcessFigures.of(process.pid());
  }

  long heapAfterCollectionBytes() {
    return jvm.heapAfterCollectionBytes();
  }

  ServeFigures.Snapshot snapshot() throws InterruptedException {
    return new ServeFigures.Snapshot(
        clock.nanoTime(),
        process(),
        ProcessFigures.of(ProcessHandle.current().pid()),
        jvm.figures(),
        metrics());
  }

  /** What happened since {@code from}. */
  ServeFigures since(ServeFigures.Snapshot from) throws InterruptedException {
    return ServeFigures.between(from, snapshot(), jvm.takePauseMaxMs());
  }

  /**
   * Looks at it a few times before it counts: the first looks load classes here and there, a tenth
   * of a second of both cores, and would be taken for what is measured.
   */
  void warmUpLooks() throws InterruptedException {
    for (int look = 0; look < LOOKS_BEFORE; look++) {
      snapshot();
    }
  }

  /** Forgets what was seen of pauses so far. */
  ServeFigures.Snapshot fresh() throws InterruptedException {
    jvm.takePauseMaxMs();
    return snapshot();
  }

  /** SIGKILL. */
  void kill() {
    closed = true;
    jvm.close();
    process.kill();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      jvm.close();
      process.close();
    }
  }
}
