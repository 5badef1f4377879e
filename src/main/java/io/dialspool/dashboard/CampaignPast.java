package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.Counts;
import io.dialspool.story.Told;
import java.util.ArrayDeque;
import java.util.List;

/**
 * One campaign's last quarter of an hour: its counts, and when its state changed or something else
 * held it. One thread.
 */
final class CampaignPast {
  static final List<String> COLUMNS =
      List.of("accepted", "submitted", "dead", "cancelled", "waiting");
  private static final String UNKNOWN = "Unknown";
  private static final int SAMPLES_MAX = 90;
  private static final int EVENTS_MAX = 40;

  private record Event(long atMs, String member, String text) {}

  private final History history = new History(COLUMNS, SAMPLES_MAX);
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private Counts counts = Counts.NONE;
  private String state = "";
  private String held = "";
  private String heldBefore = "";

  /**
   * Takes one more sample in.
   *
   * @return whether anything is different from the one before
   */
  boolean add(long nowMs, CampaignReport report) {
    Counts now = report.counts();
    long dead = now.rejected() + now.expired() + now.undeliverable();
    history.add(
        nowMs,
        now.accepted(),
        now.submitted(),
        dead,
        now.cancelled(),
        now.queued() + now.inFlight());
    boolean stateChanged = lookAtState(nowMs, report);
    boolean holdChanged = lookAtHold(nowMs, report);
    boolean countsChanged = !now.equals(counts);
    counts = now;
    return stateChanged || holdChanged || countsChanged;
  }

  private boolean lookAtState(long nowMs, CampaignReport report) {
    if (report.gateState().equals(state)) {
      return false;
    }
    state = report.gateState();
    if (state.equals(UNKNOWN)) {
      return true; // nobody has had cause to ask since the start
    }
    tell(new Event(report.gateSinceMs() == 0 ? nowMs : report.gateSinceMs(), "state", state));
    return true;
  }

  // What holds a queue's head changes from one call to the next; what two samples in a row say is
  // worth telling.
  private boolean lookAtHold(long nowMs, CampaignReport report) {
    String holds = report.waitingFor() == null ? "" : Told.hold(report.waitingFor().name());
    boolean lasting = holds.equals(heldBefore) && !holds.equals(held);
    heldBefore = holds;
    if (lasting) {
      held = holds;
      tell(new Event(nowMs, "held", holds.isEmpty() ? "nothing is waiting" : holds));
    }
    return lasting;
  }

  private void tell(Event event) {
    if (events.size() == EVENTS_MAX) {
      events.removeFirst();
    }
    events.addLast(event);
  }

  /** Puts {@code history} and {@code events}, the oldest first. */
  void put(ObjectNode into) {
    into.set("history", history.json());
    ArrayNode list = into.putArray("events");
    for (Event event : events) {
      list.addObject().put("at", event.atMs).put(event.member, event.text);
    }
  }
}
