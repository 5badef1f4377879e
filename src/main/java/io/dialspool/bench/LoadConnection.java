package io.dialspool.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection under load, one request in flight. On the thread of its loop only.
 *
 * <p>In an open loop, request {@code k} of this connection is due at a time fixed beforehand. If
 * the answer before it is late, it leaves late, and its latency still counts from when it was due.
 */
final class LoadConnection {
  private final LoadPlan plan;
  private final int index;
  private final Requests template;
  private final LoadResult.Tally tally;
  private final SocketChannel channel;
  private final AnswerReader answer = new AnswerReader();
  private @Nullable SelectionKey key;
  private @Nullable ByteBuffer writing;
  private boolean inFlight;
  private boolean ended;
  private long startNs;
  private long countFromNs;
  private long dueNs;
  private long requests;

  /**
   * @param index from 0, below the plan's number of connections
   * @param channel connected, not blocking
   */
  LoadConnection(
      LoadPlan plan, int index, Requests template, LoadResult.Tally tally, SocketChannel channel) {
    this.plan = plan;
    this.index = index;
    this.template = template;
    this.tally = tally;
    this.channel = channel;
  }

  SocketChannel channel() {
    return channel;
  }

  void start(SelectionKey newKey, long atNs, long newCountFromNs) {
    key = newKey;
    startNs = atNs;
    countFromNs = newCountFromNs;
  }

  /** Whether it can send. */
  boolean isIdle() {
    return !inFlight && !ended;
  }

  boolean isEnded() {
    return ended;
  }

  /** When its next request is due in an open loop. */
  long dueNs() {
    double place = (double) requests * plan.connections() + index;
    return startNs + (long) (place * 1e9 / plan.requestsPerSecond());
  }

  void send(long due) throws IOException {
    dueNs = due;
    requests++;
    inFlight = true;
    answer.begin();
    if (isCounted()) {
      tally.sent();
    }
    writing = template.begin();
    writeOn();
  }

  /** Writes what the socket takes. */
  void writeOn() throws IOException {
    ByteBuffer part = writing;
    while (part != null) {
      channel.write(part);
      if (part.hasRemaining()) {
        break;
      }
      part = template.more();
    }
    writing = part;
    interest(part == null ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
  }

  private void interest(int ops) {
    SelectionKey its = key;
    if (its != null && its.interestOps() != ops) {
      its.interestOps(ops);
    }
  }

  /**
   * Reads what has come.
   *
   * @param buffer of the loop, around {@code bytes}
   * @return whether the answer is complete
   * @throws IOException if the connection is of no use any more
   */
  boolean read(ByteBuffer buffer, byte[] bytes, long nowNs) throws IOException {
    buffer.clear();
    int length = channel.read(buffer);
    if (length < 0) {
      throw new IOException("closed by the server");
    }
    if (length == 0) {
      return false;
    }
    if (!inFlight) {
      throw new IOException("an answer to nothing");
    }
    try {
      if (!answer.read(bytes, length)) {
        return false;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("unreadable: " + e.getMessage(), e);
    }
    inFlight = false;
    tallied(nowNs);
    if (writing != null) {
      throw new IOException("answered before it was read"); // the rest would be taken for a request
    }
    return true;
  }

  private void tallied(long nowNs) {
    if (isCounted()) {
      tally.ended(plan, template, answer, nowNs - dueNs, nowNs);
    } else {
      tally.uncounted(plan, answer);
    }
  }

  private boolean isCounted() {
    return dueNs >= countFromNs;
  }

  /** What was due and could not be sent, its connection being busy or gone. */
  void countNotSent(long endNs) {
    if (plan.requestsPerSecond() == 0) {
      return;
    }
    for (long due = dueNs(); due < endNs; due = dueNs()) {
      requests++;
      if (due >= countFromNs) {
        tally.notSent(endNs - due);
      }
    }
  }

  /** The connection is gone, and with it what was in flight. It stays lost. */
  void lost() {
    unanswered("connection lost");
    tally.connectionLost();
    end();
  }

  /** Waits no longer for an answer. */
  void giveUp() {
    unanswered("no answer");
    end();
  }

  private void unanswered(String how) {
    if (inFlight) {
      inFlight = false;
      if (isCounted()) {
        tally.error(how);
      }
    }
  }

  void end() {
    if (!ended) {
      ended = true;
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing more is expected of it.
      }
    }
  }
}
