package io.dialspool.conformance;

import io.dialspool.whole.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is under test, in processes of its own; the last one started is ended first. */
record Deployment(Door door, List<Service> services) implements AutoCloseable {
  /**
   * A campaign service alone.
   *
   * @param keyed whether it gets a key file; else any credentials do
   */
  static Deployment campaignService(Path directory, boolean keyed) {
    Service service = started(directory, keyed);
    String url = service.url("campaign-service");
    return new Deployment(new Door(url, url, false, keyed), List.of(service));
  }

  /** A campaign service with the spool in front; both get the key file. */
  static Deployment serve(Path directory, boolean keyed) {
    Service target = started(directory, keyed);
    String url = target.url("campaign-service");
    var sets =
        new ArrayList<String>(
            List.of(
                "target.kind=connect-campaigns",
                "target.endpoint=" + url,
                "target.accessKeyId=" + KeyRing.OPERATOR.accessKeyId(),
                "target.secretAccessKey=" + KeyRing.OPERATOR.secretAccessKey(),
                "target.callsPerSecond=1000"));
    if (keyed) {
      sets.add("doors.keyFile=" + KeyRing.written(directory));
    }
    Service serve = Service.serve(directory, sets.toArray(String[]::new));
    return new Deployment(new Door(serve.url("intake"), url, true, keyed), List.of(serve, target));
  }

  // The quotas of calls are lifted: what is asked in an hour there is asked in a second here.
  private static Service started(Path directory, boolean keyed) {
    var options =
        new ArrayList<String>(
            List.of("--calls-per-second", "100000", "--burst", "100000", "--onboarding-ms", "50"));
    if (keyed) {
      options.addAll(List.of("--key-file", KeyRing.written(directory).toString()));
    }
    return Service.campaignService(
        directory.resolve("campaign-service"), options.toArray(String[]::new));
  }

  @Override
  public void close() {
    services.forEach(Service::close);
  }
}
