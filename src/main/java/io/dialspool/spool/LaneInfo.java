package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.dialspool.request.CampaignId;
import io.dialspool.store.StoreException;
import io.dialspool.target.TargetIdentity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What hardly ever changes about a lane; and what the ring's thread needs to fill its next page.
 */
public final class LaneInfo {
  private final int number;
  private final CampaignId campaign;
  private volatile TargetIdentity target;
  final TokenHasher tokenHasher;
  final Hasher64 checkHasher;

  /** What the group at hand brings it. Ring's thread only. */
  final PageBuilder page = new PageBuilder();

  /** Whether pages are wanted in memory as they come; a hint. */
  private volatile boolean takesPages = true;

  /** Ring's thread only. */
  long nextSequence;

  /** Ring's thread only. */
  private long aimedSince;

  /** Ring's thread only: its target is configured no longer, and nothing in it waits. */
  private boolean unrouted;

  LaneInfo(int number, CampaignId campaign, TargetIdentity target, long nextSequence, Seeds seeds) {
    this.number = number;
    this.campaign = campaign;
    this.target = target;
    this.nextSequence = nextSequence;
    this.tokenHasher = seeds.tokenHasher(number);
    this.checkHasher = seeds.checkHasher(number);
  }

  /** From 1, never reused. */
  public int number() {
    return number;
  }

  public CampaignId campaign() {
    return campaign;
  }

  /** Dispatch says so; pages that come without their bytes are read when they are needed. */
  public void takesPages(boolean now) {
    if (takesPages != now) {
      takesPages = now;
    }
  }

  boolean takesPages() {
    return takesPages;
  }

  /** Where its requests go, for as long as any is unsettled. */
  public TargetIdentity target() {
    return target;
  }

  /** Requests before went to another target, where their tokens are known. */
  long aimedSince() {
    return aimedSince;
  }

  boolean isUnrouted() {
    return unrouted;
  }

  void unrouted() {
    unrouted = true;
  }

  /** Only while nothing in it waits, or to add the account that it didn't know. */
  void sendTo(TargetIdentity another) {
    if (!another.mayBe(target)) {
      aimedSince = nextSequence;
    }
    target = another;
    unrouted = false;
  }

  byte[] encode() {
    TargetIdentity target = this.target;
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeUTF(campaign.value());
      out.writeUTF(target.kind());
      out.writeUTF(target.account());
      out.writeUTF(target.region());
      out.writeUTF(target.endpoint());
      out.writeLong(aimedSince);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws StoreException if the bytes are no lane
   */
  static LaneInfo decode(int number, byte[] value, long nextSequence, Seeds seeds) {
    try (var in = new DataInputStream(new ByteArrayInputStream(value))) {
      var lane =
          new LaneInfo(
              number,
              new CampaignId(in.readUTF()),
              new TargetIdentity(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF()),
              nextSequence,
              seeds);
      lane.aimedSince = in.available() == 0 ? 0 : in.readLong();
      return lane;
    } catch (IOException | IllegalArgumentException e) {
      throw new StoreException("lane " + number + " can't be read");
    }
  }
}
