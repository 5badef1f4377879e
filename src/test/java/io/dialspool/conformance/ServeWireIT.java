package io.dialspool.conformance;

import java.nio.file.Path;

/** The service with the spool before a campaign service: the same, byte by byte. */
class ServeWireIT extends WireConformance {
  @Override
  Deployment deploy(Path directory) {
    return Deployment.serve(directory, false);
  }
}
