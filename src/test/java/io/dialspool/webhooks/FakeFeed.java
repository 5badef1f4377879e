package io.dialspool.webhooks;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.spool.OutcomeFeed.Cursor;
import io.dialspool.spool.OutcomeFeed.Stretch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A feed in memory: each outcome is a group of its own. */
final class FakeFeed implements Feed {
  private final Map<CampaignId, List<Outcome>> feeds = new HashMap<>();
  private final Map<CampaignId, Integer> gone = new HashMap<>();

  void end(CampaignId campaign, String token, long settledAtMs) {
    List<Outcome> feed = feeds.computeIfAbsent(campaign, its -> new ArrayList<>());
    int number = feed.size() + 1;
    feed.add(
        new Outcome(
            new Cursor(number, 1).toString(),
            new RequestId(1, number),
            new ClientToken(token),
            RequestState.SUBMITTED,
            Reason.NONE,
            "id-" + number,
            1,
            settledAtMs,
            null,
            settledAtMs,
            settledAtMs,
            settledAtMs,
            "",
            "",
            null,
            null));
  }

  /** The first so many are kept no longer. */
  void letGo(CampaignId campaign, int count) {
    gone.put(campaign, count);
  }

  @Override
  public @Nullable OutcomePage read(CampaignId campaign, String after, int max) {
    List<Outcome> feed = feeds.get(campaign);
    if (feed == null) {
      return null;
    }
    int from = Math.max((int) number(after), gone.getOrDefault(campaign, 0));
    int to = Math.min(feed.size(), from + max);
    List<Outcome> outcomes = feed.subList(Math.min(from, to), to);
    String next = outcomes.isEmpty() ? after : outcomes.get(outcomes.size() - 1).cursor();
    return new OutcomePage(
        OutcomePage.Found.READ, List.copyOf(outcomes), feed.size(), next, to == feed.size());
  }

  @Override
  public boolean hasGapBehind(CampaignId campaign, String after) {
    return gone.getOrDefault(campaign, 0) > number(after);
  }

  @Override
  public Stretch endedBefore(CampaignId campaign, String after, long beforeMs) {
    var stretch = new Stretch(Cursor.of(after).orElseThrow(), 0);
    List<Outcome> feed = feeds.getOrDefault(campaign, List.of());
    for (int i = (int) number(after); i < feed.size(); i++) {
      if (feed.get(i).settledAtMs() < beforeMs) {
        stretch = new Stretch(new Cursor(i + 1L, 1), stretch.items() + 1);
      }
    }
    return stretch;
  }

  private static long number(String cursor) {
    return Cursor.of(cursor).orElseThrow().number();
  }
}
