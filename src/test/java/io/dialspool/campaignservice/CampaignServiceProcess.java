package io.dialspool.campaignservice;

import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.http.Entrance;
import io.dialspool.time.Clock;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** The service as a process of its own, to be killed: prints its URL and stays. */
final class CampaignServiceProcess {
  private CampaignServiceProcess() {}

  public static void main(String[] args) throws InterruptedException {
    var service = CampaignService.start(config(args[0]), Entrance.OPEN, Clock.SYSTEM);
    System.out.write(
        (service.url() + "\n").getBytes(StandardCharsets.US_ASCII), 0, service.url().length() + 1);
    System.out.flush();
    new CountDownLatch(1).await();
  }

  static CampaignServiceConfig config(String directory) {
    return new CampaignServiceConfig(
        "127.0.0.1",
        0,
        directory,
        1_000_000,
        1_000_000,
        100,
        20_000,
        90_000,
        0.35,
        1_000_000,
        0,
        0,
        3_000,
        "",
        1,
        "");
  }
}
