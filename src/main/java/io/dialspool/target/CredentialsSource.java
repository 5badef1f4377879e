package io.dialspool.target;

import io.dialspool.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * One target's credentials, so that nobody waits for them who mustn't: whoever gives them (STS, an
 * instance's metadata) may take seconds, so they are fetched in the background, ahead of their
 * expiry, and asking for them only looks at what is there. Any thread.
 *
 * <p>Nothing is fetched but on demand: an asker that finds them due for renewal starts that and
 * goes on with the old ones. After a failure the next try waits, a second at first, doubling to
 * half a minute. Those that don't say when they expire are fetched again once a minute: the file
 * that they come from may have been rewritten, and AWS's providers for containers and instances
 * don't say although theirs expire.
 */
final class CredentialsSource {
  private static final Logger LOG = LoggerFactory.getLogger(CredentialsSource.class);
  private static final long SECOND_NS = 1_000_000_000L;

  /** Renewed so long before they expire, or after half of what they have left if that is less. */
  private static final long AHEAD_MS = 5 * 60_000L;

  /** Not used for so long before they expire, so that a call doesn't arrive with expired ones. */
  private static final long LEFT_MIN_MS = 10_000;

  /** What was just fetched is used so long at least: if it looks expired, it may be our clock. */
  private static final long FRESH_MS = 60_000;

  private static final long LOOK_AGAIN_NS = 60 * SECOND_NS;
  private static final long RETRY_MAX_NS = 30 * SECOND_NS;
  private static final long REFUSED_APART_NS = 5 * SECOND_NS;
  private static final long ALARM_APART_NS = 60 * SECOND_NS;
  private static final int WAITING_MAX = 1_000;
  private static final int REASON_CHARS_MAX = 1_000;

  private final String target;
  private final Supplier<AwsCredentialsIdentity> fetch;
  private final Executor background;
  private final Clock clock;
  private final Consumer<String> alarm;

  // All below under the lock of this.
  private @Nullable AwsCredentialsIdentity held;
  private long usableUntilMs;
  private String account;
  private String trouble = "not fetched yet";
  private boolean fetching;
  private boolean closed;
  private long nextFetchNs;
  private long fetchedNs;
  private long retryNs = SECOND_NS;
  private long alarmedNs;
  private boolean failing;
  private List<Runnable> waiting = new ArrayList<>();

  /**
   * @param target its name, for messages
   * @param account that they must be of, if they say; empty for that of the first ones that do
   * @param fetch may block; throws if there are none
   * @param background runs {@code fetch}, one at a time
   * @param alarm told when there are none, once a minute at most
   */
  CredentialsSource(
      String target,
      String account,
      Supplier<AwsCredentialsIdentity> fetch,
      Executor background,
      Clock clock,
      Consumer<String> alarm) {
    this.target = target;
    this.account = account;
    this.fetch = fetch;
    this.background = background;
    this.clock = clock;
    this.alarm = alarm;
    this.nextFetchNs = clock.nanoTime();
  }

  /** What to sign with now; null while there is nothing. Starts a fetch if one is due. */
  @Nullable AwsCredentialsIdentity current() {
    boolean start;
    AwsCredentialsIdentity usable;
    synchronized (this) {
      start = begin();
      usable = held != null && clock.epochMs() < usableUntilMs ? held : null;
    }
    if (start) {
      start();
    }
    return usable;
  }

  private boolean begin() {
    if (fetching || closed || clock.nanoTime() - nextFetchNs < 0) {
      return false;
    }
    fetching = true;
    return true;
  }

  private void start() {
    try {
      background.execute(this::fetchNow);
    } catch (RejectedExecutionException e) {
      ended(null, "the client is closed");
    }
  }

  /**
   * Runs {@code then} once the fetch under way has ended, on any thread; at once if there is none.
   */
  void afterFetch(Runnable then) {
    synchronized (this) {
      if (fetching && !closed && waiting.size() < WAITING_MAX) {
        waiting.add(then);
        return;
      }
    }
    then.run();
  }

  /** AWS has said that these are expired or unknown to it; the next fetch comes at once. */
  synchronized void refused(AwsCredentialsIdentity credentials) {
    // Those that were just fetched would only be fetched again.
    if (credentials == held && clock.nanoTime() - fetchedNs >= REFUSED_APART_NS) {
      held = null;
      trouble = "AWS refused them";
      nextFetchNs = clock.nanoTime();
    }
  }

  /**
   * The account that they must be of if they say so; what is stored says it, so it goes before what
   * they say themselves.
   */
  synchronized void expectAccount(String expected) {
    account = expected;
  }

  /** The account, as far as it is known; empty if neither the configuration nor they have said. */
  synchronized String account() {
    return account;
  }

  /** Why there are none. */
  synchronized String trouble() {
    return trouble;
  }

  /** Fetches no more. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    release();
  }

  private void fetchNow() {
    try {
      ended(fetch.get(), "");
    } catch (RuntimeException | LinkageError e) {
      ended(null, inWords(e));
    }
  }

  // A LinkageError is a provider (of SSO, say) that isn't on the class path.
  private static String inWords(Throwable cause) {
    String message = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
    return message.length() > REASON_CHARS_MAX
        ? message.substring(0, REASON_CHARS_MAX) + "…"
        : message;
  }

  private void ended(@Nullable AwsCredentialsIdentity fetched, String why) {
    String told = null;
    synchronized (this) {
      fetching = false;
      fetchedNs = clock.nanoTime();
      String theirs = fetched == null ? "" : fetched.accountId().orElse("");
      if (fetched == null) {
        told = failed(why);
      } else if (!account.isEmpty() && !theirs.isEmpty() && !theirs.equals(account)) {
        held = null; // whatever they were before, they are another's now
        told = failed("they are of account " + theirs + " (expected: " + account + ")");
      } else {
        took(fetched, theirs);
      }
    }
    if (told != null) {
      alarm.accept(told);
    }
    release();
  }

  private void took(AwsCredentialsIdentity fetched, String theirs) {
    long nowMs = clock.epochMs();
    if (account.isEmpty()) {
      account = theirs;
    }
    String until = fetched.expirationTime().map(Instant::toString).orElse("");
    if (held == null || !held.accessKeyId().equals(fetched.accessKeyId()) || failing) {
      String id = fetched.accessKeyId();
      LOG.info(
          "target {}: credentials from {}, key id …{}{}{}",
          target,
          CredentialsChain.giver(fetched),
          id.length() < 12 ? "" : id.substring(id.length() - 4), // so that the others hide it
          account.isEmpty() ? "" : ", account " + account,
          until.isEmpty() ? "" : ", until " + until);
    }
    held = fetched;
    failing = false;
    retryNs = SECOND_NS;
    trouble = "they have expired";
    long leftMs = fetched.expirationTime().map(end -> end.toEpochMilli() - nowMs).orElse(-1L);
    boolean lasting = fetched.expirationTime().isEmpty();
    usableUntilMs = lasting ? Long.MAX_VALUE : nowMs + Math.max(leftMs - LEFT_MIN_MS, FRESH_MS);
    nextFetchNs =
        fetchedNs
            + (lasting
                ? LOOK_AGAIN_NS
                : 1_000_000L
                    * Math.max(leftMs - Math.min(AHEAD_MS, Math.max(0, leftMs) / 2), LEFT_MIN_MS));
  }

  /** What is to be told of the failure; null if that was said a moment ago. */
  private @Nullable String failed(String why) {
    nextFetchNs = fetchedNs + retryNs;
    retryNs = Math.min(RETRY_MAX_NS, retryNs * 2);
    boolean quiet = failing && why.equals(trouble) && fetchedNs - alarmedNs < ALARM_APART_NS;
    trouble = why;
    failing = true;
    if (quiet) {
      return null;
    }
    alarmedNs = fetchedNs;
    return "target " + target + " has no new credentials: " + why;
  }

  private void release() {
    List<Runnable> released;
    synchronized (this) {
      released = waiting;
      waiting = new ArrayList<>();
    }
    released.forEach(Runnable::run);
  }
}
