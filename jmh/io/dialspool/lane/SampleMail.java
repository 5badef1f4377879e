package io.dialspool.lane;

import io.dialspool.spool.AppendedPage;

/** Hands pages over as the ring does, without a ring. */
public final class SampleMail {
  private SampleMail() {}

  public static void put(Mailbox mailbox, AppendedPage page) {
    mailbox.put(new LaneMessage.Appended(page));
  }
}
