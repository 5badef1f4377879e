package io.dialspool.campaignservice;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.UUID;

/**
 * A campaign's dialer: a finite buffer, worked off in order of arrival while the campaign is
 * Running.
 *
 * <p>It has no thread and no timers: each look first plays the time since the last one, from one
 * event to the next, at a logarithmic cost for each contact. How often it is looked at changes
 * nothing.
 *
 * <p>A contact is dialled when a line is free: {@link Pace#lines}, each with its agent. It then
 * rings, is answered or not, is talked to, and ends; {@link Callees} draw all that at once, when it
 * is dialled. With {@link Pace#drainPerSecond} above 0 lines don't count: contacts leave the buffer
 * at that rate. One whose {@code expirationTime} passes in the buffer leaves it as expired, Running
 * or not. A campaign that doesn't run dials nobody, and what is in flight ends as it would have.
 *
 * <p>At any instant: taken = buffered + ringing + talking + ended, by reason.
 *
 * <p>Its time is the wall's, since it goes on while the service is away: a start plays what was
 * missed. A wall clock set back moves the calls in flight with it.
 */
final class Dialer {
  /** Calls of one campaign at a time; who is dialled beyond it gets a fast busy. */
  private static final int CALLS_MAX = 1_000_000;

  private static final byte STATE_VERSION = 1;

  private final Callees callees;
  private final DialBuffer buffer = new DialBuffer();
  private final Agenda calls = new Agenda(); // by their end
  private final Agenda ringing = new Agenda(); // those of them that ring, by when that stops
  private final EnumMap<DisconnectReason, Long> ended = new EnumMap<>(DisconnectReason.class);
  private final List<Contact> leavers = new ArrayList<>();
  private Pace pace = Pace.STANDSTILL;
  private double credit; // the part of a dial that the drain has earned
  private long playedMs;
  private long lowestInFlight = 1; // no call in flight has a lower sequence
  private int dialledSinceLowest;

  /**
   * @param seed with {@code ordinal}, draws what the people called do
   * @param nowMs epoch milliseconds
   */
  Dialer(long seed, long ordinal, long nowMs) {
    callees = new Callees(seed, ordinal);
    playedMs = nowMs;
  }

  /** Plays the time since the last call at {@code pace}, which holds until the next. */
  void play(long nowMs, Pace next) {
    if (nowMs < playedMs) {
      calls.shift(nowMs - playedMs);
      ringing.shift(nowMs - playedMs);
      playedMs = nowMs;
    }
    pace = next;
    dialOnFreeLines();
    while (playedMs < nowMs) {
      long at = Math.min(nowMs, Math.min(calls.firstMs(), buffer.nextExpirationMs()));
      drain(at);
      playedMs = Math.max(playedMs, at);
      endCalls(at);
      dialOnFreeLines();
      expire(at); // last: who is dialled at the very moment is dialled in time
    }
  }

  boolean hasRoom(int bufferMax) {
    return buffer.size() < bufferMax;
  }

  /**
   * Takes a contact, and dials it if a line is free. Play first.
   *
   * @param sequence one above the last one taken
   * @param expirationMs epoch milliseconds
   */
  void take(long sequence, long expirationMs) {
    buffer.add(sequence, expirationMs);
    dialOnFreeLines();
  }

  private void drain(long at) {
    double perMs = pace.running() ? pace.drainPerSecond() / 1000 : 0;
    if (perMs <= 0) {
      return;
    }
    double earned = credit + perMs * Math.max(0, at - playedMs);
    long due = (long) (earned + 1e-6); // sums of fractions fall a hair short of the whole
    for (long n = 1; n <= due && buffer.size() > 0; n++) {
      long dialMs = Math.min(at, playedMs + (long) Math.ceil((n - credit) / perMs - 1e-6));
      endCalls(dialMs);
      dial(dialMs);
    }
    credit = buffer.size() == 0 ? 0 : Math.max(0, earned - due); // nothing is saved up when idle
  }

  private void dialOnFreeLines() {
    if (!pace.running() || pace.drainPerSecond() > 0) {
      return;
    }
    while (buffer.size() > 0 && calls.size() < pace.lines()) {
      dial(playedMs);
    }
  }

  private void dial(long atMs) {
    long sequence = buffer.poll();
    Contact contact =
        calls.size() < CALLS_MAX
            ? callees.call(sequence, atMs, pace)
            : Callees.fastBusy(sequence, atMs);
    leavers.add(contact);
    dialledSinceLowest++;
    if (contact.endedAtMs() <= atMs) {
      end(contact.disconnectReason());
    } else {
      follow(contact);
    }
  }

  private void follow(Contact contact) {
    calls.add(contact.endedAtMs(), contact.sequence(), contact.disconnectReason());
    ringing.add(contact.rangUntilMs(), contact.sequence(), contact.disconnectReason());
  }

  private void endCalls(long atMs) {
    while (ringing.firstMs() <= atMs) {
      ringing.removeFirst();
    }
    while (calls.firstMs() <= atMs) {
      end(calls.firstReason());
      calls.removeFirst();
    }
  }

  private void expire(long atMs) {
    for (long due = buffer.nextExpirationMs(); due <= atMs; due = buffer.nextExpirationMs()) {
      leavers.add(Contact.expired(buffer.pollNextToExpire(), due));
      end(DisconnectReason.EXPIRED);
    }
  }

  private void end(DisconnectReason reason) {
    ended.merge(reason, 1L, Long::sum);
  }

  /** Lets everything come to its end without another dial: the campaign is deleted. */
  void runOut() {
    play(Long.MAX_VALUE - 1, Pace.STANDSTILL);
  }

  int buffered() {
    return buffer.size();
  }

  int ringing() {
    endCalls(playedMs); // one that was answered at once
    return ringing.size();
  }

  int talking() {
    return calls.size() - ringing();
  }

  long ended(DisconnectReason reason) {
    return ended.getOrDefault(reason, 0L);
  }

  /** Contacts that left the buffer since the last call, each handed over once. */
  List<Contact> handOver() {
    List<Contact> handed = List.copyOf(leavers);
    leavers.clear();
    return handed;
  }

  /**
   * Its state for the disk, small whatever it holds: with it go the contacts of {@link #handOver}
   * and the dial requests taken, in one atomic write.
   */
  byte[] state() {
    if (dialledSinceLowest >= calls.size()) { // once per as many dials as the search has steps
      lowestInFlight = calls.lowestSequence(buffer.first());
      dialledSinceLowest = 0;
    }
    var state = ByteBuffer.allocate(1 + 8 * 4 + 9 * ended.size());
    state.put(STATE_VERSION).putLong(playedMs).putDouble(credit);
    state.putLong(lowestInFlight).putLong(buffer.first());
    ended.forEach((reason, count) -> state.put(reason.code()).putLong(count));
    return state.array();
  }

  /**
   * Takes up where {@code state} left off; the next {@link #play} plays the time that the service
   * was away.
   *
   * @param ledger with all that was written with that state
   */
  void takeUp(byte[] state, Ledger ledger, UUID campaign) {
    var in = ByteBuffer.wrap(state);
    if (in.get() != STATE_VERSION) {
      return; // of a version that dialled everything at once: nothing is left to do
    }
    playedMs = in.getLong();
    credit = in.getDouble();
    lowestInFlight = in.getLong();
    long firstBuffered = in.getLong();
    buffer.beginAt(firstBuffered);
    while (in.hasRemaining()) {
      ended.put(DisconnectReason.ofCode(in.get()), in.getLong());
    }
    var gone = new BitSet(); // of those that may be buffered
    ledger.eachContact(
        campaign,
        lowestInFlight,
        contact -> {
          if (contact.sequence() >= firstBuffered) {
            gone.set((int) (contact.sequence() - firstBuffered));
          }
          if (contact.endedAtMs() > playedMs) {
            follow(contact);
          }
        });
    ledger.eachExpiration(
        campaign,
        firstBuffered,
        (sequence, expirationMs) -> {
          if (!gone.get((int) (sequence - firstBuffered))) {
            buffer.add(sequence, expirationMs);
          }
        });
  }
}
