package io.dialspool.conformance;

import java.nio.file.Path;

/** The campaign service alone, under AWS's SDKs. */
class CampaignServiceConformanceIT extends Conformance {
  @Override
  Deployment deploy(Path directory) {
    return Deployment.campaignService(directory);
  }
}
