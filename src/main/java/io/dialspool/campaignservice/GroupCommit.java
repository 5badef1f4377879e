package io.dialspool.campaignservice;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns {@link OutboundCampaigns}. It takes all the work that is waiting, does
 * it, commits once, and only then lets the answers go: under load groups grow by themselves and
 * many calls share a sync; alone, a call waits for one.
 */
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
  private static final int GROUP_MAX = 512;
  private static final int WAITING_MAX = 8192;
  private static final long WAITING_BYTES_MAX = 64L << 20;

  private static final Work WAKE_UP =
      new Work() {
        @Override
        public Runnable perform() {
          return () -> {};
        }

        @Override
        public void abandon() {}

        @Override
        public long bytes() {
          return 0;
        }
      };

  private final OutboundCampaigns campaigns;
  private final BlockingQueue<Work> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean halted;

  GroupCommit(OutboundCampaigns campaigns) {
    this.campaigns = campaigns;
    this.thread = new Thread(this::run, "campaign-service-store");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Something to be done by the owning thread. */
  interface Work {
    /** Does it; what it returns runs after the commit. */
    Runnable perform();

    /** In place of all that when the store failed. */
    void abandon();

    /** What it holds in memory, about. */
    long bytes();
  }

  /** Hands work over; false if too much is waiting. Any thread; never blocks. */
  boolean offer(Work work) {
    if (closing) {
      return false;
    }
    if (waitingBytes.addAndGet(work.bytes()) > WAITING_BYTES_MAX || !waiting.offer(work)) {
      waitingBytes.addAndGet(-work.bytes());
      return false;
    }
    return true;
  }

  private void run() {
    var group = new ArrayList<Work>(GROUP_MAX);
    var answers = new ArrayList<Runnable>(GROUP_MAX);
    try {
      while (!closing || !waiting.isEmpty()) {
        group.add(waiting.take());
        waiting.drainTo(group, GROUP_MAX - 1);
        commit(group, answers);
        group.clear();
        answers.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void commit(List<Work> group, List<Runnable> answers) {
    for (Work work : group) {
      waitingBytes.addAndGet(-work.bytes());
    }
    if (!halted) {
      try {
        for (Work work : group) {
          answers.add(work.perform());
        }
        campaigns.commit();
      } catch (RuntimeException e) {
        // Memory and disk have parted: no answer from here on would be true.
        halted = true;
        LOG.error("The campaign service halts: its store failed. Restart it.", e);
      }
    }
    for (Runnable answer : halted ? abandoning(group) : answers) {
      try {
        answer.run();
      } catch (RuntimeException e) {
        LOG.warn("An answer could not be sent: {}", e.toString());
      }
    }
  }

  private static List<Runnable> abandoning(List<Work> group) {
    var answers = new ArrayList<Runnable>();
    group.forEach(work -> answers.add(work::abandon));
    return answers;
  }

  boolean closing() {
    return closing;
  }

  /** Whether the store failed. */
  boolean halted() {
    return halted;
  }

  /** Does what is waiting and takes no more; returns whether the thread has ended. */
  boolean drain() {
    closing = true;
    waiting.offer(WAKE_UP); // a full queue needs no waking
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
