package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The outside books: what was sent, what was acknowledged, what was recalled. They lie in the
 * process that kills, which is never killed itself, and in a file for whoever looks afterwards. Any
 * thread.
 */
final class Ledger implements AutoCloseable {
  private static final int RECENT_MAX = 4_000;
  private static final int CONTRADICTIONS_MAX = 100;

  /** One lead's page; guarded by the ledger. */
  static final class Entry {
    private final Lead lead;
    private final boolean sampled;
    private long firstDeadlineMs;
    private long lastDeadlineMs;
    private boolean acknowledged;
    private @Nullable String id;
    private boolean recallAsked;
    private boolean cancelled;

    private Entry(Lead lead, boolean sampled, long firstDeadlineMs) {
      this.lead = lead;
      this.sampled = sampled;
      this.firstDeadlineMs = firstDeadlineMs;
      this.lastDeadlineMs = firstDeadlineMs;
    }

    Lead lead() {
      return lead;
    }

    /** One of so many like it that only some are asked for their status in the end. */
    boolean isSampled() {
      return sampled;
    }

    /** The earliest that it was ever sent with; which of them stands, nobody knows. */
    long firstDeadlineMs() {
      return firstDeadlineMs;
    }

    /** The latest that it was ever sent with. */
    long lastDeadlineMs() {
      return lastDeadlineMs;
    }

    boolean isAcknowledged() {
      return acknowledged;
    }

    /** As acknowledged; null if it was acknowledged without, or not at all. */
    @Nullable String id() {
      return id;
    }

    boolean isRecallAsked() {
      return recallAsked;
    }

    /** The recall was answered CANCELLED. */
    boolean isCancelled() {
      return cancelled;
    }
  }

  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, Long> acknowledgedBySender = new HashMap<>();
  private final List<Lead> recent = new ArrayList<>();
  private final List<String> contradictions = new ArrayList<>();
  private final @Nullable BufferedWriter file;
  private long contradicted;
  private long acknowledged;

  /** In memory alone. */
  Ledger() {
    file = null;
  }

  Ledger(Path path) throws IOException {
    file = Files.newBufferedWriter(path);
  }

  /** Before the first byte leaves. */
  synchronized void sending(Collection<Lead> leads, long nowMs) {
    leads.forEach(lead -> sending(lead, nowMs, false));
  }

  /** The same for very many alike: see {@link Entry#isSampled}. */
  synchronized void sendingMany(Collection<Lead> leads, long nowMs) {
    leads.forEach(lead -> sending(lead, nowMs, true));
  }

  private void sending(Lead lead, long nowMs, boolean sampled) {
    long deadlineMs = nowMs + lead.lifetimeMs();
    Entry entry =
        entries.computeIfAbsent(lead.token(), token -> new Entry(lead, sampled, deadlineMs));
    entry.firstDeadlineMs = Math.min(entry.firstDeadlineMs, deadlineMs);
    entry.lastDeadlineMs = Math.max(entry.lastDeadlineMs, deadlineMs);
  }

  /**
   * The service said that it has this one.
   *
   * @param id as it said; null if it said none
   */
  synchronized void acknowledged(String token, @Nullable String id) {
    Entry entry = entries.get(token);
    if (entry == null) {
      contradict(token + " was acknowledged and never sent");
      return;
    }
    if (!entry.acknowledged) {
      entry.acknowledged = true;
      acknowledged++;
      acknowledgedBySender.merge(entry.lead.sender(), 1L, Long::sum);
      if (!entry.sampled) {
        remember(entry.lead);
        write(token, "acknowledged", id);
      }
    }
    if (id != null && entry.id != null && !entry.id.equals(id)) {
      contradict(token + " had the id " + entry.id + " and then " + id);
    } else if (id != null) {
      entry.id = id;
    }
  }

  private void remember(Lead lead) {
    if (recent.size() < RECENT_MAX) {
      recent.add(lead);
    } else {
      recent.set((int) (acknowledged % RECENT_MAX), lead);
    }
  }

  /** One of those acknowledged lately; null if none was. */
  synchronized @Nullable Lead recent(RandomGenerator random) {
    return recent.isEmpty() ? null : recent.get(random.nextInt(recent.size()));
  }

  synchronized void recalling(String token) {
    Entry entry = entries.get(token);
    if (entry != null) {
      entry.recallAsked = true;
    }
  }

  /** The service said that it will never be sent. */
  synchronized void cancelled(String token) {
    Entry entry = entries.get(token);
    if (entry == null) {
      contradict(token + " was cancelled and never sent");
    } else if (!entry.cancelled) {
      entry.cancelled = true;
      write(token, "cancelled", null);
    }
  }

  /** The service said something that it must not say. */
  synchronized void contradict(String what) {
    contradicted++;
    if (contradictions.size() < CONTRADICTIONS_MAX) {
      contradictions.add(what);
    }
  }

  /** The first hundred. */
  synchronized List<String> contradictions() {
    return List.copyOf(contradictions);
  }

  synchronized long contradicted() {
    return contradicted;
  }

  /** Distinct tokens. */
  synchronized long acknowledged() {
    return acknowledged;
  }

  /** Distinct tokens of one sender. */
  synchronized long acknowledged(String sender) {
    return acknowledgedBySender.getOrDefault(sender, 0L);
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  synchronized @Nullable Entry entry(String token) {
    return entries.get(token);
  }

  private void write(String token, String what, @Nullable String id) {
    if (file == null) {
      return;
    }
    ObjectNode line =
        JsonNodeFactory.instance.objectNode().put("clientToken", token).put("said", what);
    if (id != null) {
      line.put("id", id);
    }
    try {
      file.write(line + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("the ledger can't be written", e);
    }
  }

  synchronized void flush() throws IOException {
    if (file != null) {
      file.flush();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
