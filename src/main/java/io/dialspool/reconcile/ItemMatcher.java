package io.dialspool.reconcile;

import io.dialspool.dispatch.Call;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.target.BatchReply;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Matches the entries of an answer to the items of its call, by clientToken and never by position.
 * An entry for a token that was not asked about, or a second one for the same, is counted and
 * ignored; said to be both taken and failed, it was taken.
 */
final class ItemMatcher {
  private long strayEntries;

  List<ItemOutcome> match(Call call, BatchReply.Answered reply) {
    List<QueuedRequest> requests = call.batch().requests();
    var asked = new Asked(call.tokens());
    var outcomes = new ItemOutcome[requests.size()];
    for (BatchReply.Success success : reply.successes()) {
      int i = asked.indexOf(success.clientToken());
      if (i < 0 || outcomes[i] != null) {
        strayEntries++;
      } else {
        String id = success.id();
        outcomes[i] = new ItemOutcome.Accepted(requests.get(i), id == null ? "" : id);
      }
    }
    for (BatchReply.Failure failure : reply.failures()) {
      int i = asked.indexOf(failure.clientToken());
      if (i < 0 || outcomes[i] != null) {
        strayEntries++;
      } else {
        outcomes[i] = new ItemOutcome.Failed(requests.get(i), failure.failureCode());
      }
    }
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        outcomes[i] = new ItemOutcome.Unanswered(requests.get(i));
      }
    }
    return Arrays.asList(outcomes);
  }

  /** The tokens of a call. Answers mostly keep its order, so each is looked for behind the last. */
  private static final class Asked {
    private final List<String> tokens;
    private int next;
    private @Nullable Map<String, Integer> indexByToken;

    Asked(List<String> tokens) {
      this.tokens = tokens;
    }

    /** -1 for a token that was not asked about. */
    int indexOf(@Nullable String token) {
      if (token == null) {
        return -1;
      }
      if (next < tokens.size() && token.equals(tokens.get(next))) {
        return next++;
      }
      if (indexByToken == null) {
        indexByToken = new HashMap<>();
        for (int i = 0; i < tokens.size(); i++) {
          indexByToken.put(tokens.get(i), i);
        }
      }
      Integer found = indexByToken.get(token);
      if (found == null) {
        return -1;
      }
      next = found + 1;
      return found;
    }
  }

  /** Entries that matched nothing. */
  long strayEntries() {
    return strayEntries;
  }
}
