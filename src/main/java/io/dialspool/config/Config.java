package io.dialspool.config;

/** What is running. Defaults, file, environment and {@code --set}, the later wins. */
public record Config(
    IntakeConfig intake,
    ManagementConfig management,
    DoorsConfig doors,
    SpoolConfig spool,
    TargetConfig target,
    DispatchConfig dispatch,
    CampaignServiceConfig campaignService) {
  public static final Config DEFAULT =
      new Config(
          IntakeConfig.DEFAULT,
          ManagementConfig.DEFAULT,
          DoorsConfig.DEFAULT,
          SpoolConfig.DEFAULT,
          TargetConfig.DEFAULT,
          DispatchConfig.DEFAULT,
          CampaignServiceConfig.DEFAULT);
}
