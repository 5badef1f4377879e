package io.dialspool.conformance;

import java.nio.file.Path;

/** The campaign service alone, under AWS's SDKs; it checks their signatures. */
class CampaignServiceConformanceIT extends Conformance {
  @Override
  Deployment deploy(Path directory) {
    return Deployment.campaignService(directory, true);
  }
}
