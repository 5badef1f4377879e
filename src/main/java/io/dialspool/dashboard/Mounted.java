package io.dialspool.dashboard;

import java.util.List;
import java.util.Set;

/**
 * Which calls of the data port stand at the management port too: those that the page needs, and
 * none that hands in dial requests. They are the data port's own, so rights, answers and bounds are
 * the same. Source: api.md.
 */
final class Mounted {
  private static final Set<String> LIFE_CYCLE = Set.of("start", "pause", "resume", "stop");
  private static final Set<String> READS_BY_POST = Set.of("campaigns-summary", "campaigns-state");

  /** What a call is to the page. */
  enum Kind {
    READ,
    CONTROL,
    NONE
  }

  private Mounted() {}

  /**
   * @param path its segments, decoded
   */
  static Kind kind(String method, List<String> path) {
    boolean get = method.equals("GET");
    if (path.get(0).equals("spool")) {
      boolean known = path.size() == 1 || path.equals(List.of("spool", "campaigns"));
      return get && known ? Kind.READ : Kind.NONE;
    }
    if (path.size() == 1) {
      return method.equals("POST") && READS_BY_POST.contains(path.get(0)) ? Kind.READ : Kind.NONE;
    }
    return path.get(0).equals("campaigns") && path.size() > 2
        ? below(method, path.subList(2, path.size()))
        : Kind.NONE;
  }

  private static Kind below(String method, List<String> path) {
    boolean get = method.equals("GET");
    boolean post = method.equals("POST");
    if (path.size() == 1) {
      String last = path.get(0);
      if (get) {
        return Set.of("spool", "outcomes", "dead-letters").contains(last) ? Kind.READ : Kind.NONE;
      }
      return post && LIFE_CYCLE.contains(last) ? Kind.CONTROL : Kind.NONE;
    }
    if (path.size() == 2 && path.get(0).equals("dial-requests")) {
      return get ? Kind.READ : method.equals("DELETE") ? Kind.CONTROL : Kind.NONE;
    }
    return post && path.equals(List.of("dead-letters", "redrive")) ? Kind.CONTROL : Kind.NONE;
  }
}
