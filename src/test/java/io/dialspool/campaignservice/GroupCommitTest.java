package io.dialspool.campaignservice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.CampaignServiceConfig;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
  private final FakeStore store = new FakeStore();
  private final OutboundCampaigns campaigns =
      new OutboundCampaigns(store, new MovedClock(), CampaignServiceConfig.DEFAULT, Faults.NONE);
  private final GroupCommit commit = new GroupCommit(campaigns);
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @Test
  void shouldAnswerAllThatWaitedAfterOneSync() throws Exception {
    commit.offer(creating("spring"));
    commit.offer(creating("summer"));
    commit.start();
    assertEquals("spring synced", heard.poll(10, TimeUnit.SECONDS));
    assertEquals("summer synced", heard.poll(10, TimeUnit.SECONDS));
    assertEquals(1, store.syncs);
    assertTrue(commit.drain());
    assertEquals(2, store.size("campaigns"));
  }

  @Test
  void shouldClaimNothingAfterItsStoreFailed() throws Exception {
    store.failing = true;
    commit.start();
    commit.offer(creating("spring"));
    assertEquals("spring abandoned", heard.poll(10, TimeUnit.SECONDS));
    store.failing = false;
    commit.offer(creating("summer"));
    assertEquals("summer abandoned", heard.poll(10, TimeUnit.SECONDS));
    assertTrue(commit.halted());
    assertTrue(commit.drain());
    assertEquals(0, store.size("campaigns"));
  }

  @Test
  void shouldRefuseWorkBeyondItsBounds() {
    int offered = 0;
    while (offered < 100_000 && commit.offer(creating("c-" + offered))) {
      offered++;
    }
    assertEquals(8192, offered);
  }

  @Test
  void shouldRefuseBytesBeyondItsBounds() {
    var large = new Heavy(40 << 20);
    assertTrue(commit.offer(large));
    assertFalse(commit.offer(large));
    assertTrue(commit.offer(new Heavy(1 << 20)));
  }

  @Test
  void shouldTakeNothingOnceItIsClosing() {
    commit.start();
    assertTrue(commit.drain());
    assertFalse(commit.offer(creating("late")));
    assertTrue(commit.closing());
  }

  private GroupCommit.Work creating(String name) {
    String body =
        "{\"name\":\""
            + name
            + "\",\"connectInstanceId\":\"i\",\"dialerConfig\":{\"agentlessDialerConfig\":{}},"
            + "\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\"}}";
    Call call = Call.read("PUT", "/campaigns", body.getBytes(StandardCharsets.UTF_8));
    return new GroupCommit.Work() {
      @Override
      public Runnable perform() {
        campaigns.perform(call);
        return () -> heard.add(name + (store.syncs > 0 ? " synced" : " unsynced"));
      }

      @Override
      public void abandon() {
        heard.add(name + " abandoned");
      }

      @Override
      public long bytes() {
        return 100;
      }
    };
  }

  private record Heavy(long bytes) implements GroupCommit.Work {
    @Override
    public Runnable perform() {
      return () -> {};
    }

    @Override
    public void abandon() {}
  }
}
