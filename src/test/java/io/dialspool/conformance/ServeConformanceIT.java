package io.dialspool.conformance;

import java.nio.file.Path;

/**
 * The service with the spool before a campaign service: the same to AWS's SDKs. Both check
 * signatures.
 */
class ServeConformanceIT extends Conformance {
  @Override
  Deployment deploy(Path directory) {
    return Deployment.serve(directory, true);
  }
}
