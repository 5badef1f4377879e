package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is it new? A token counts as known when an earlier group, this group or this very body brought
 * it. The fingerprint covers the phone number and the attribute pairs in any order, never the
 * deadline, since clients renew the expiry when they resend.
 */
public final class DedupeStage implements Stage {
  /** A known token came with another content. */
  public static final Fault OTHER_CONTENT =
      new Fault(
          "clientToken",
          "already used with another phoneNumber or other attributes (expected: the same content, or a"
              + " new token)");

  private static final int RENAMES_MAX = 1_000;

  private final Spool spool;
  private final CommitGroup group;
  private final Hasher64 fingerprintHasher;

  /** Token keys of the body at hand. */
  private final long[] highs = new long[DialItems.ITEMS_MAX];

  private final long[] lows = new long[DialItems.ITEMS_MAX];

  private final KnownStates states;

  DedupeStage(Spool spool, CommitGroup group) {
    this.spool = spool;
    this.group = group;
    this.fingerprintHasher = spool.seeds().fingerprintHasher();
    this.states = new KnownStates(spool.store());
  }

  @Override
  public void on(DialSlot slot) {
    if (slot.isEmpty()) {
      return;
    }
    LaneInfo lane = spool.lane(slot.campaign());
    DialItems items = slot.items();
    if (slot.redrive() instanceof RedriveChunk chunk) {
      if (lane != null) {
        redrive(lane, chunk, slot.receivedAtMs());
      }
      return;
    }
    if (slot.isRecall()) {
      if (lane != null) {
        slot.lane(lane.number());
        look(lane, items, 0);
      }
      return;
    }
    if (!hasFine(items)) {
      return;
    }
    if (lane == null) {
      lane = spool.makeLane(slot.campaign());
      group.batch.put(Keys.LANES, Keys.lane(lane.number()), lane.encode());
    } else if (lane.isUnrouted()) {
      spool.routeAnew(lane);
      group.batch.put(Keys.LANES, Keys.lane(lane.number()), lane.encode());
    }
    slot.lane(lane.number());
    for (int i = 0; i < items.count(); i++) {
      hash(lane, items.bytes(), items.tokenAt(i), items.tokenBytes(i), i);
    }
    spool.index().expect(highs, items.count());
    for (int i = 0; i < items.count(); i++) {
      if (items.verdict(i) == Verdict.FINE) {
        judge(lane, items, i);
      }
    }
  }

  private static boolean hasFine(DialItems items) {
    for (int i = 0; i < items.count(); i++) {
      if (items.verdict(i) == Verdict.FINE) {
        return true;
      }
    }
    return false;
  }

  private void judge(LaneInfo lane, DialItems items, int i) {
    long check = check(lane, items, i);
    TokenEntry known = known(highs[i], lows[i]);
    if (known == null) {
      long sequence = lane.nextSequence++;
      items.spooledAs(i, sequence);
      group.tokens.put(highs[i], lows[i], lane.number(), sequence, check, fingerprint(items, i));
    } else if (known.check() != check || known.lane() != lane.number()) {
      items.collides(i);
    } else if (known.fingerprint() != fingerprint(items, i)) {
      items.invalid(i, OTHER_CONTENT);
    } else {
      items.duplicateOf(i, known.sequence(), states.of(lane.number(), known.sequence()));
    }
  }

  /** A recall's only item becomes a duplicate of what it recalls, if that is known. */
  private void look(LaneInfo lane, DialItems items, int i) {
    hash(lane, items.bytes(), items.tokenAt(i), items.tokenBytes(i), i);
    TokenEntry known = known(highs[i], lows[i]);
    if (known != null && known.check() == check(lane, items, i)) {
      items.duplicateOf(i, known.sequence(), RequestState.QUEUED);
    }
  }

  // --- redrive

  /**
   * Gives each candidate a place of its own, unless it was redriven before. Until the group is
   * written nothing of the lane is purged, or a token that now names the new request could go with
   * the old one.
   */
  private void redrive(LaneInfo lane, RedriveChunk chunk, long nowMs) {
    spool.keepTokens();
    if (lane.isUnrouted()) {
      spool.routeAnew(lane);
      group.batch.put(Keys.LANES, Keys.lane(lane.number()), lane.encode());
    }
    for (Settlement end : chunk.candidates()) {
      StoredRequest from = end.request();
      hash(lane, from.bytes(), from.tokenAt(), from.tokenBytes(), 0);
      TokenEntry known = known(highs[0], lows[0]);
      // Purged, or another bears the token by now.
      if (known == null || known.sequence() != from.sequence() || isRedriven(from)) {
        chunk.skip();
        continue;
      }
      // Under a token that lives the target itself tells a repeat; a dead one would hide it, and
      // another target never heard of it.
      long doubtUntilMs = end.reason() == Reason.IN_DOUBT ? aliveUntilMs(end) : 0;
      boolean renamed =
          doubtUntilMs != 0 && (nowMs >= doubtUntilMs || from.sequence() < lane.aimedSince());
      byte[] token = renamed ? unusedToken(lane, from) : from.token();
      if (token == null) {
        chunk.skip();
        continue;
      }
      long sequence = lane.nextSequence++;
      group.addRedriven(from, sequence);
      hash(lane, token, 0, token.length, 0);
      group.tokens.put(
          highs[0],
          lows[0],
          lane.number(),
          sequence,
          lane.checkHasher.hashBytesToLong(token),
          known.fingerprint());
      chunk.take(from, sequence, token, renamed ? 0 : doubtUntilMs);
    }
  }

  private boolean isRedriven(StoredRequest from) {
    return group.redrives(from)
        || spool.store().get(Keys.REDRIVEN, Keys.redriven(from.lane().number(), from.sequence()))
            != null;
  }

  /** A call that got no answer may have carried the token no earlier than this tells. */
  private static long aliveUntilMs(Settlement end) {
    long sinceMs = end.firstSentAtMs() == 0 ? end.request().acceptedAtMs() : end.firstSentAtMs();
    return sinceMs + ClientToken.LIFE_MS;
  }

  /** {@code <token>-r<n>} with the lowest n that nobody has; cut, if it would become too long. */
  private byte @Nullable [] unusedToken(LaneInfo lane, StoredRequest from) {
    String base = from.clientToken();
    if (from.redriveOf() != 0) {
      base = base.replaceFirst("-r\\d{1,4}$", "");
    }
    for (int n = 1; n <= RENAMES_MAX; n++) {
      String suffix = "-r" + n;
      int kept = Math.min(base.length(), ClientToken.CHARS_MAX - suffix.length());
      byte[] token = (base.substring(0, kept) + suffix).getBytes(StandardCharsets.US_ASCII);
      hash(lane, token, 0, token.length, 0);
      if (known(highs[0], lows[0]) == null) {
        return token;
      }
    }
    return null;
  }

  private void hash(LaneInfo lane, byte[] bytes, int at, int length, int index) {
    lane.tokenHasher.hash(bytes, at, length, highs, lows, index);
  }

  private @Nullable TokenEntry known(long high, long low) {
    int ofGroup = group.tokens.find(high, low);
    return ofGroup < 0 ? spool.index().known(high, low) : group.tokens.entry(ofGroup);
  }

  private static long check(LaneInfo lane, DialItems items, int i) {
    return lane.checkHasher.hashBytesToLong(items.bytes(), items.tokenAt(i), items.tokenBytes(i));
  }

  private long fingerprint(DialItems items, int i) {
    return Fingerprint.of(items, i, fingerprintHasher);
  }

  @Override
  public void endOfGroup(List<DialSlot> slots) {
    states.forget(); // settles go on meanwhile
  }
}
