package io.dialspool.ring;

import com.lmax.disruptor.EventHandler;
import java.util.ArrayList;
import java.util.List;

/**
 * The ring's stages, composed in order on its one consumer thread: chained handlers spin on each
 * other and cost more than they give on small machines (measured). A group ends where the ring has
 * nothing more, or where it has grown to its bound; alone, a request waits for one sync, and under
 * load groups grow by themselves.
 */
public final class Stages implements EventHandler<DialSlot> {
  private static final int SLOTS_MAX = 4096;
  private static final long BYTES_MAX = 16L << 20;

  private final int itemsMax;
  private final List<Stage> stages;
  private final List<DialSlot> group = new ArrayList<>();
  private int items;
  private long bytes;

  /**
   * @param itemsMax a group ends once it holds so many dial requests
   */
  public Stages(int itemsMax, List<Stage> stages) {
    this.itemsMax = itemsMax;
    this.stages = List.copyOf(stages);
  }

  public static Stages inOrder(int itemsMax, Stage... stages) {
    return new Stages(itemsMax, List.of(stages));
  }

  @Override
  public void onEvent(DialSlot slot, long sequence, boolean endOfBatch) {
    if (!slot.isEmpty()) {
      for (Stage stage : stages) {
        stage.on(slot);
      }
      group.add(slot);
      items += slot.items().count();
      bytes += slot.items().used();
    }
    if (endOfBatch || items >= itemsMax || bytes >= BYTES_MAX || group.size() >= SLOTS_MAX) {
      endGroup();
    }
  }

  private void endGroup() {
    if (group.isEmpty()) {
      return;
    }
    for (Stage stage : stages) {
      stage.endOfGroup(group);
    }
    for (DialSlot slot : group) {
      slot.clear();
    }
    group.clear();
    items = 0;
    bytes = 0;
  }
}
