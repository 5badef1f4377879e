package io.dialspool.conformance;

import java.nio.file.Path;

/** The campaign service alone, byte by byte. */
class CampaignServiceWireIT extends WireConformance {
  @Override
  Deployment deploy(Path directory) {
    return Deployment.campaignService(directory, false);
  }
}
