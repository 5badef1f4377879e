package io.dialspool.conformance;

import io.dialspool.whole.Service;
import java.nio.file.Path;
import java.util.List;

/** What is under test, in processes of its own; the last one started is ended first. */
record Deployment(Door door, List<Service> services) implements AutoCloseable {
  private static final String ID = "AKIDEXAMPLE";
  private static final String SECRET = "example-secret";

  /** A campaign service alone. */
  static Deployment campaignService(Path directory) {
    Service service = started(directory);
    String url = service.url("campaign-service");
    return new Deployment(new Door(url, url, false, ID, SECRET), List.of(service));
  }

  /** A campaign service with the spool in front. */
  static Deployment serve(Path directory) {
    Service target = started(directory);
    String url = target.url("campaign-service");
    Service serve =
        Service.serve(
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + url,
            "target.accessKeyId=" + ID,
            "target.secretAccessKey=" + SECRET,
            "target.callsPerSecond=1000");
    return new Deployment(
        new Door(serve.url("intake"), url, true, ID, SECRET), List.of(serve, target));
  }

  // The quotas of calls are lifted: what is asked in an hour there is asked in a second here.
  private static Service started(Path directory) {
    return Service.campaignService(
        directory.resolve("campaign-service"),
        "--calls-per-second",
        "100000",
        "--burst",
        "100000",
        "--onboarding-ms",
        "100");
  }

  @Override
  public void close() {
    services.forEach(Service::close);
  }
}
