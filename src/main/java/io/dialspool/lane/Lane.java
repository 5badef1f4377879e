package io.dialspool.lane;

import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.DeadlineBucket;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.Mark;
import io.dialspool.spool.Page;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoredRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All requests of one campaign that have not ended. A bounded window of them is loaded; the rest is
 * a cursor into the spool's pages and a count. Dispatch thread only.
 *
 * <p>Every loaded request stands in {@link #loaded} and is in exactly one {@link Place}, and the
 * counts of the conservation line are the numbers of requests in these places; nothing is derived
 * by subtraction. A request taken out of turn (recalled, expired) stays in its queue and is passed
 * over when its turn comes.
 */
public final class Lane {
  private static final long MARK_SPAN_MS = Duration.ofHours(1).toMillis();

  /** What is known of the target's clock moves by seconds; a token's life has an hour to spare. */
  private static final long MARK_AHEAD_MS = Duration.ofMinutes(1).toMillis();

  private final LaneInfo info;
  private final Ending ending;
  private final ArrayDeque<QueuedRequest> window = new ArrayDeque<>();
  private final PriorityQueue<QueuedRequest> backingOff =
      new PriorityQueue<>(Comparator.comparingLong(QueuedRequest::notBeforeNs));
  private final PriorityQueue<Parcel> parcels =
      new PriorityQueue<>(Comparator.comparingLong(Parcel::notBeforeNs));
  private final Map<Long, QueuedRequest> loaded = new HashMap<>();
  private final long[] byPlace = new long[Place.values().length];
  private final TreeMap<Integer, Long> unsettledByBucket;

  // What is not in the map yet: neighbours mostly share their bucket.
  private int changedBucket;
  private long changedBy;

  /** Requests behind the cursor whose end is on its way to the disk. */
  private final Set<Long> settlingOnDisk = new HashSet<>();

  private final long[] byState;
  private final List<Mark> startMarks;
  private final List<Mark> marks;

  private long accepted;
  private long onDisk;
  private long oldestOnDiskMs;
  private long cursor;
  private long tail;
  private boolean reading;
  private long markAsked;
  private boolean correctingMarks;

  /** A lane as the start found it; its requests are all on disk. */
  public Lane(Spool.RestoredLane restored, Ending ending) {
    this.info = restored.lane();
    this.ending = ending;
    this.unsettledByBucket = new TreeMap<>(restored.unsettledByBucket());
    this.byState = restored.settledByState().clone();
    this.accepted = byState[0];
    this.byState[0] = 0;
    this.onDisk = unsettledByBucket.values().stream().mapToLong(Long::longValue).sum();
    this.cursor = restored.firstUnsettled();
    this.tail = restored.nextSequence();
    this.oldestOnDiskMs = restored.oldestAcceptedAtMs();
    this.startMarks = restored.marks();
    this.marks = new ArrayList<>(restored.marks());
    this.markAsked = markedThrough();
  }

  /** A lane that begins with the page at hand. */
  public Lane(LaneInfo info, Ending ending) {
    this(
        new Spool.RestoredLane(
            info, new long[RequestState.values().length], new TreeMap<>(), 1, 1, 0, List.of()),
        ending);
  }

  public LaneInfo info() {
    return info;
  }

  // --- coming in

  /**
   * A page was synced. It goes straight into the window if it is next and there is room, else it
   * waits on disk.
   */
  public void appended(AppendedPage page, int windowRoom, long nowNs) {
    accepted += page.count();
    tail = page.first() + page.count();
    int[] buckets = page.buckets();
    for (int i = 0; i < buckets.length; i += 2) {
      countUnsettled(buckets[i], buckets[i + 1]);
    }
    byte[] bytes = page.page();
    if (bytes != null && cursor == page.first() && !reading && page.count() <= windowRoom) {
      cursor = tail;
      for (StoredRequest request : Page.read(info, page.first(), bytes)) {
        load(request, nowNs);
      }
    } else {
      if (onDisk == 0) {
        oldestOnDiskMs = page.acceptedAtMs();
      }
      onDisk += page.count();
    }
    info.takesPages(cursor == tail);
  }

  /** Where to read ahead from; {@link #loaded} must follow. */
  public long beginReading() {
    reading = true;
    return cursor;
  }

  public boolean isReading() {
    return reading;
  }

  /** Whether anything waits behind the window. */
  public boolean hasMoreOnDisk() {
    return cursor < tail;
  }

  /** Next sequence that will be appended. */
  public long tail() {
    return tail;
  }

  /** What was read ahead. */
  public void loaded(List<StoredRequest> requests, long next, long nowNs) {
    reading = false;
    cursor = Math.max(cursor, next);
    for (StoredRequest request : requests) {
      if (!settlingOnDisk.contains(request.sequence())) {
        onDisk--;
        load(request, nowNs);
      }
    }
    info.takesPages(cursor == tail);
  }

  private void load(StoredRequest stored, long nowNs) {
    var request = new QueuedRequest(stored, nowNs);
    Mark mark = startMark(stored.sequence());
    if (mark != null) {
      request.maybeSentUntil(mark.sinceMs() + ClientToken.LIFE_MS, Evidence.Doubt.EARLIER_LIFE);
    }
    if (stored.doubtUntilMs() != 0) {
      request.maybeSentUntil(stored.doubtUntilMs(), Evidence.Doubt.REDRIVEN);
    }
    loaded.put(stored.sequence(), request);
    byPlace[Place.WAITING.index()]++;
    window.add(request);
  }

  private @Nullable Mark startMark(long sequence) {
    for (Mark mark : startMarks) {
      if (sequence <= mark.through()) {
        return mark;
      }
    }
    return null;
  }

  // --- going out

  /** Takes due backoffs to the head of the window, in their order. */
  public void wakeBackedOff(long nowNs) {
    List<QueuedRequest> due = null;
    QueuedRequest first = backingOff.peek();
    while (first != null && (first.notBeforeNs() <= nowNs || first.place() != Place.BACKING_OFF)) {
      backingOff.remove();
      if (first.place() == Place.BACKING_OFF) {
        due = due == null ? new ArrayList<>() : due;
        due.add(first);
      }
      first = backingOff.peek();
    }
    if (due != null) {
      due.sort(Comparator.comparingLong(QueuedRequest::sequence));
      giveBack(due);
    }
  }

  /** Earliest time at which a backoff or a parcel falls due; {@link Long#MAX_VALUE} for none. */
  public long nextDueNs() {
    QueuedRequest request = backingOff.peek();
    Parcel parcel = parcels.peek();
    return Math.min(
        request == null ? Long.MAX_VALUE : request.notBeforeNs(),
        parcel == null ? Long.MAX_VALUE : parcel.notBeforeNs());
  }

  /** The parcel that is due, or null; it stays where it is. */
  public @Nullable Parcel dueParcel(long nowNs) {
    Parcel parcel = parcels.peek();
    while (parcel != null && parcel.requests().stream().noneMatch(Lane::isInParcel)) {
      parcels.remove(); // all of it ended meanwhile
      parcel = parcels.peek();
    }
    return parcel != null && parcel.notBeforeNs() <= nowNs ? parcel : null;
  }

  private static boolean isInParcel(QueuedRequest request) {
    return request.place() == Place.IN_PARCEL;
  }

  /** Takes the due parcel out, its requests now in flight. */
  public Batch takeParcel(Parcel parcel) {
    parcels.remove(parcel);
    List<QueuedRequest> requests = parcel.requests().stream().filter(Lane::isInParcel).toList();
    for (QueuedRequest request : requests) {
      move(request, Place.IN_FLIGHT);
    }
    return new Batch(requests, parcel);
  }

  /**
   * The next requests in turn, at most {@code itemsMax} of them and 1 MiB; they stay where they
   * are. What has ended meanwhile is dropped from the head.
   */
  public List<QueuedRequest> peek(int itemsMax) {
    var batch = new ArrayList<QueuedRequest>(itemsMax);
    int bytes = 0;
    while (!window.isEmpty() && window.getFirst().place() != Place.WAITING) {
      window.removeFirst();
    }
    for (QueuedRequest request : window) {
      if (request.place() == Place.WAITING) {
        bytes += request.stored().payloadBytes() + 300; // token, expirationTime, punctuation
        if (batch.size() == itemsMax || (bytes > Batch.BYTES_MAX && !batch.isEmpty())) {
          break;
        }
        batch.add(request);
      }
    }
    return batch;
  }

  /** Takes what {@link #peek} showed; now in flight. */
  public Batch take(List<QueuedRequest> requests) {
    for (int taken = 0; taken < requests.size(); ) {
      if (window.removeFirst().place() == Place.WAITING) {
        taken++;
      }
    }
    for (QueuedRequest request : requests) {
      move(request, Place.IN_FLIGHT);
    }
    return new Batch(requests, null);
  }

  /** Back to the head of the lane, in their order. */
  public void giveBack(List<QueuedRequest> requests) {
    for (int i = requests.size() - 1; i >= 0; i--) {
      move(requests.get(i), Place.WAITING);
      window.addFirst(requests.get(i));
    }
  }

  /** Back into the lane, not before a time. */
  public void backOff(QueuedRequest request, long notBeforeNs) {
    move(request, Place.BACKING_OFF);
    request.notBeforeNs(notBeforeNs);
    backingOff.add(request);
  }

  /** Goes out again as one. */
  public void backOff(Parcel parcel) {
    for (QueuedRequest request : parcel.requests()) {
      move(request, Place.IN_PARCEL);
    }
    parcels.add(parcel);
  }

  /** Keeps it aside until its answer is believed. */
  public void hold(QueuedRequest request) {
    move(request, Place.HELD);
  }

  // --- ending

  /**
   * Decides a loaded request's end; one that was maybe sent and did not succeed is in doubt,
   * whatever else befell it.
   */
  public void settle(
      QueuedRequest request,
      RequestState state,
      Reason reason,
      @Nullable String targetDialRequestId,
      long nowMs) {
    if (request.place().isSettling()) {
      throw new IllegalStateException(
          "ds-" + info.number() + "-" + request.sequence() + " would be settled twice");
    }
    boolean doubt = request.maybeSent() && state != RequestState.SUBMITTED;
    move(
        request,
        request.place() == Place.IN_FLIGHT
            ? Place.SETTLING_FROM_FLIGHT
            : Place.SETTLING_FROM_QUEUE);
    ending.settle(
        new Settlement(
            request.stored(),
            doubt ? RequestState.UNDELIVERABLE : state,
            doubt ? Reason.IN_DOUBT : reason,
            request.attempts(),
            // So that a redrive can tell how long its token still lives.
            doubt ? request.tokenAliveUntilMs() - ClientToken.LIFE_MS : request.firstSentAtMs(),
            nowMs,
            targetDialRequestId,
            state == RequestState.SUBMITTED
                ? null
                : request.evidence(
                    doubt ? Evidence.Policy.behind(state, reason) : Evidence.Policy.NONE)));
  }

  /**
   * Decides the end of a request that was never loaded; false if it is loaded or ending already.
   */
  public boolean settleOnDisk(
      StoredRequest request, RequestState state, Reason reason, long nowMs) {
    if (request.sequence() < cursor || !settlingOnDisk.add(request.sequence())) {
      return false;
    }
    onDisk--;
    boolean doubt = mayHaveBeenSent(request);
    ending.settle(
        new Settlement(
            request,
            doubt ? RequestState.UNDELIVERABLE : state,
            doubt ? Reason.IN_DOUBT : reason,
            0,
            doubt ? maybeSentSinceMs(request) : 0,
            nowMs,
            null,
            doubt ? evidenceOnDisk(request, Evidence.Policy.behind(state, reason)) : null));
    return true;
  }

  /**
   * Whether an earlier life of the process may have sent it, or the one that it was redriven from
   * may have been.
   */
  public boolean mayHaveBeenSent(StoredRequest request) {
    return request.doubtUntilMs() != 0 || startMark(request.sequence()) != null;
  }

  /** What is known of the calls of a request that is not loaded; null if it was in none. */
  public @Nullable Evidence evidenceOnDisk(StoredRequest request, Evidence.Policy policy) {
    return mayHaveBeenSent(request)
        ? new Evidence(
            request.doubtUntilMs() == 0 ? Evidence.Doubt.EARLIER_LIFE : Evidence.Doubt.REDRIVEN,
            policy,
            0,
            0,
            null)
        : null;
  }

  /** Since when one that may have been sent may have been; milliseconds since 1970. */
  public long maybeSentSinceMs(StoredRequest request) {
    Mark mark = startMark(request.sequence());
    long markedMs = mark == null ? Long.MAX_VALUE : mark.sinceMs();
    return request.doubtUntilMs() == 0
        ? markedMs
        : Math.min(markedMs, request.doubtUntilMs() - ClientToken.LIFE_MS);
  }

  /** The end is on disk. */
  public void settled(Settlement settlement) {
    long sequence = settlement.request().sequence();
    if (!settlingOnDisk.remove(sequence)) {
      QueuedRequest request = loaded.remove(sequence);
      if (request == null || !request.place().isSettling()) {
        throw new IllegalStateException("ds-" + info.number() + "-" + sequence + " was not ending");
      }
      byPlace[request.place().index()]--;
    }
    byState[settlement.state().code()]++;
    countUnsettled(DeadlineBucket.of(settlement.request().deadlineMs()), -1);
  }

  private void countUnsettled(int bucket, int change) {
    if (bucket != changedBucket) {
      takeOverChange();
      changedBucket = bucket;
    }
    changedBy += change;
  }

  private void takeOverChange() {
    if (changedBy > 0) {
      unsettledByBucket.merge(changedBucket, changedBy, Long::sum);
    } else if (changedBy < 0) {
      long change = changedBy;
      unsettledByBucket.computeIfPresent(
          changedBucket, (bucket, count) -> count + change <= 0 ? null : count + change);
    }
    changedBy = 0;
  }

  // --- expiry

  /** The first deadline bucket with anything unsettled, or {@link Integer#MAX_VALUE}. */
  public int firstBucket() {
    takeOverChange();
    return unsettledByBucket.isEmpty() ? Integer.MAX_VALUE : unsettledByBucket.firstKey();
  }

  /** Unsettled requests by deadline bucket, ascending. */
  public Map<Integer, Long> unsettledByBucket() {
    takeOverChange();
    return unsettledByBucket;
  }

  /** Loaded requests that wait with a deadline at or before {@code nowMs}. */
  public List<QueuedRequest> overdue(long nowMs) {
    var overdue = new ArrayList<QueuedRequest>();
    for (QueuedRequest request : loaded.values()) {
      if (request.deadlineMs() <= nowMs
          && !request.place().isSettling()
          && request.place() != Place.IN_FLIGHT) {
        overdue.add(request);
      }
    }
    overdue.sort(Comparator.comparingLong(QueuedRequest::sequence));
    return overdue;
  }

  // --- handed-over marks

  /** Up to here requests may leave: the mark is synced. Set by {@link #markWritten}. */
  public long markedThrough() {
    return marks.isEmpty() ? 0 : marks.get(marks.size() - 1).through();
  }

  /**
   * Whether requests up to {@code through} may leave now. Not under a mark that says that none left
   * before a time yet to come: our clock was ahead when it was written, and after a restart their
   * tokens would be taken for younger than they are.
   */
  public boolean isMarked(long through, long nowMs) {
    return through <= markedThrough() && !isMarkedAhead(nowMs);
  }

  private boolean isMarkedAhead(long nowMs) {
    return !marks.isEmpty() && marks.get(marks.size() - 1).sinceMs() > nowMs + MARK_AHEAD_MS;
  }

  /**
   * The marks to write so that requests up to {@code through} may leave, or null if that was asked
   * already. An entry spans an hour, so that the token's life is known to the hour.
   *
   * @param nowMs by the target's clock, where the tokens live
   */
  public @Nullable List<Mark> askMark(long through, long nowMs) {
    boolean ahead = isMarkedAhead(nowMs) && !correctingMarks;
    if (through <= markAsked && !ahead) {
      return null;
    }
    markAsked = Math.max(markAsked, through);
    correctingMarks |= ahead;
    var asked = new ArrayList<Mark>(marks);
    if (ahead) {
      asked.replaceAll(mark -> new Mark(mark.through(), Math.min(mark.sinceMs(), nowMs)));
    }
    Mark last = asked.isEmpty() ? null : asked.get(asked.size() - 1);
    // A clock that went back begins an entry of its own too.
    if (last != null && nowMs - last.sinceMs() < MARK_SPAN_MS && nowMs >= last.sinceMs()) {
      asked.set(asked.size() - 1, new Mark(markAsked, last.sinceMs()));
    } else {
      asked.add(new Mark(markAsked, nowMs));
    }
    if (asked.size() > 1) {
      long lowest = lowestUnsettled();
      asked.removeIf(mark -> mark.through() < lowest);
    }
    return asked;
  }

  /** They are synced. */
  public void markWritten(List<Mark> written) {
    marks.clear();
    marks.addAll(written);
    correctingMarks = false;
  }

  // Entries below everything that is loaded or on disk have nothing left to say.
  private long lowestUnsettled() {
    long lowest = cursor;
    for (long sequence : loaded.keySet()) {
      lowest = Math.min(lowest, sequence);
    }
    return lowest;
  }

  // --- looking

  public @Nullable QueuedRequest find(long sequence) {
    return loaded.get(sequence);
  }

  /**
   * The earliest deadline of a request that waits, 0 for none; of what is on disk, to the bucket.
   */
  public long nextDeadlineMs() {
    long next = Long.MAX_VALUE;
    for (QueuedRequest request : loaded.values()) {
      if (!request.place().isInFlight()) {
        next = Math.min(next, request.deadlineMs());
      }
    }
    if (onDisk > 0 && firstBucket() != Integer.MAX_VALUE) {
      next = Math.min(next, Math.max(DeadlineBucket.endMs(firstBucket() - 1), 1));
    }
    return next == Long.MAX_VALUE ? 0 : next;
  }

  /** Whether the request has not ended yet, as far as memory tells; what is on disk may have. */
  public boolean isUnsettled(long sequence) {
    return loaded.containsKey(sequence)
        || settlingOnDisk.contains(sequence)
        || (sequence >= cursor && sequence < tail);
  }

  /** Whether its end is on its way to the disk although it was never loaded. */
  public boolean isSettlingOnDisk(long sequence) {
    return settlingOnDisk.contains(sequence);
  }

  public int loadedCount() {
    return loaded.size();
  }

  /** Waiting in the window, in turn. */
  public int waitingCount() {
    return (int) byPlace[Place.WAITING.index()];
  }

  public int count(Place place) {
    return (int) byPlace[place.index()];
  }

  public boolean hasUnsettled() {
    return onDisk > 0 || !loaded.isEmpty() || !settlingOnDisk.isEmpty();
  }

  /** Whether anything has yet to be sent or ended. */
  public boolean hasQueued() {
    return onDisk > 0
        || byPlace[Place.WAITING.index()] > 0
        || byPlace[Place.BACKING_OFF.index()] > 0
        || byPlace[Place.IN_PARCEL.index()] > 0
        || byPlace[Place.HELD.index()] > 0;
  }

  /**
   * Accepted time of the oldest request that waits, 0 if none does; of what is on disk, a lower
   * bound.
   */
  public long oldestWaitingAcceptedAtMs() {
    long oldest = Long.MAX_VALUE;
    for (QueuedRequest request : loaded.values()) {
      if (!request.place().isInFlight()) {
        oldest = Math.min(oldest, request.stored().acceptedAtMs());
      }
    }
    if (oldest == Long.MAX_VALUE && onDisk > 0) {
      return oldestOnDiskMs;
    }
    return oldest == Long.MAX_VALUE ? 0 : oldest;
  }

  /** The lane's line of conservation; ends count once they are synced. */
  public Counts counts() {
    long inFlight = byPlace[Place.IN_FLIGHT.index()] + byPlace[Place.SETTLING_FROM_FLIGHT.index()];
    long queued = onDisk + settlingOnDisk.size();
    for (Place place : Place.values()) {
      if (!place.isInFlight()) {
        queued += byPlace[place.index()];
      }
    }
    return new Counts(
        accepted,
        queued,
        inFlight,
        byState[RequestState.SUBMITTED.code()],
        byState[RequestState.REJECTED.code()],
        byState[RequestState.EXPIRED.code()],
        byState[RequestState.CANCELLED.code()],
        byState[RequestState.UNDELIVERABLE.code()]);
  }

  /** Whether every request that waits here is held aside; nothing is in flight. */
  public boolean hasOnlyHeld() {
    Counts counts = counts();
    return counts.inFlight() == 0 && counts.queued() == byPlace[Place.HELD.index()];
  }

  private void move(QueuedRequest request, Place to) {
    byPlace[request.place().index()]--;
    byPlace[to.index()]++;
    request.place(to);
  }

  /** The loaded requests that stand in {@code place}, in the order of their sequences. */
  public List<QueuedRequest> inPlace(Place place) {
    Deque<QueuedRequest> found = new ArrayDeque<>();
    for (QueuedRequest request : loaded.values()) {
      if (request.place() == place) {
        found.add(request);
      }
    }
    return found.stream().sorted(Comparator.comparingLong(QueuedRequest::sequence)).toList();
  }
}
