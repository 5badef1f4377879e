package io.dialspool.target;

import io.dialspool.ring.SampleRequests;
import io.dialspool.spool.Page;
import io.dialspool.spool.SamplePages;
import io.dialspool.spool.StoredRequest;
import java.util.ArrayList;
import java.util.List;

/** A full call as dispatch hands it over. */
final class SampleBatch {
  static final int ITEMS = 25;

  private SampleBatch() {}

  static OutgoingBatch full() {
    var items = new ArrayList<OutgoingItem>(ITEMS);
    List<StoredRequest> requests = Page.read(SamplePages.lane(), 1, SamplePages.page());
    for (StoredRequest request : requests.subList(0, ITEMS)) {
      items.add(
          new OutgoingItem(
              request.clientToken(),
              request.deadlineMs(),
              request.bytes(),
              request.payloadAt(),
              request.payloadBytes()));
    }
    return new OutgoingBatch(SampleRequests.CAMPAIGN, items, 300_000);
  }
}
