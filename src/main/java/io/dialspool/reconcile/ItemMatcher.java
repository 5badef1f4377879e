package io.dialspool.reconcile;

import io.dialspool.dispatch.Call;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.target.BatchReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Matches the entries of an answer to the items of its call, by clientToken and never by position.
 * An entry for a token that was not asked about, or a second one for the same, is counted and
 * ignored; said to be both taken and failed, it was taken.
 */
final class ItemMatcher {
  private long strayEntries;

  List<ItemOutcome> match(Call call, BatchReply.Answered reply) {
    List<QueuedRequest> requests = call.batch().requests();
    Map<String, Integer> indexByToken = new HashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      indexByToken.put(call.tokens().get(i), i);
    }
    var outcomes = new ItemOutcome[requests.size()];
    for (BatchReply.Success success : reply.successes()) {
      Integer i = success.clientToken() == null ? null : indexByToken.get(success.clientToken());
      if (i == null || outcomes[i] != null) {
        strayEntries++;
      } else {
        String id = success.id();
        outcomes[i] = new ItemOutcome.Accepted(requests.get(i), id == null ? "" : id);
      }
    }
    for (BatchReply.Failure failure : reply.failures()) {
      Integer i = failure.clientToken() == null ? null : indexByToken.get(failure.clientToken());
      if (i == null || outcomes[i] != null) {
        strayEntries++;
      } else {
        outcomes[i] = new ItemOutcome.Failed(requests.get(i), failure.failureCode());
      }
    }
    var all = new ArrayList<ItemOutcome>(outcomes.length);
    for (int i = 0; i < outcomes.length; i++) {
      all.add(outcomes[i] == null ? new ItemOutcome.Unanswered(requests.get(i)) : outcomes[i]);
    }
    return all;
  }

  /** Entries that matched nothing. */
  long strayEntries() {
    return strayEntries;
  }
}
