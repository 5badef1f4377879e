package io.dialspool.target;

import io.dialspool.config.TargetConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Where a target's credentials come from: the configuration's own, else a profile, else AWS's
 * standard chain (environment, web identity, shared files, container, instance); and the role that
 * is assumed with them. Every fetch builds the providers anew: theirs is a cache of their own that
 * can't be told that AWS has refused what is in it, and a rotated file is read again.
 */
final class CredentialsChain {
  // What the SDK's providers call themselves, for its user agent.
  private static final Map<String, String> PROVIDERS =
      Map.ofEntries(
          Map.entry("e", "the configuration"),
          Map.entry("f", "system properties"),
          Map.entry("g", "the environment"),
          Map.entry("h", "a web identity of the environment"),
          Map.entry("i", "an assumed role"),
          Map.entry("k", "a role by web identity"),
          Map.entry("n", "a profile"),
          Map.entry("o", "a profile's source profile"),
          Map.entry("p", "a profile's named provider"),
          Map.entry("q", "a profile's web identity"),
          Map.entry("v", "a profile's process"),
          Map.entry("w", "a process"),
          Map.entry("z", "the container"),
          Map.entry("0", "the instance"));

  private CredentialsChain() {}

  /** Those that never change and cost nothing; null if they must be fetched. */
  static @Nullable AwsCredentialsIdentity fixed(TargetConfig config) {
    if (!config.accessKeyId().isEmpty() && config.roleArn().isEmpty()) {
      return configured(config);
    }
    // The embedded service checks no signature, but takes the path that production takes.
    return config.isEmbedded() ? AwsCredentialsIdentity.create("dialspool", "dialspool") : null;
  }

  private static AwsCredentials configured(TargetConfig config) {
    return config.sessionToken().isEmpty()
        ? AwsBasicCredentials.create(config.accessKeyId(), config.secretAccessKey())
        : AwsSessionCredentials.create(
            config.accessKeyId(), config.secretAccessKey(), config.sessionToken());
  }

  /**
   * Asks whoever has them, which may take seconds.
   *
   * @throws RuntimeException if nobody gives any
   */
  static AwsCredentialsIdentity fetch(TargetConfig config) {
    AwsCredentialsProvider base = base(config);
    try {
      return config.roleArn().isEmpty() ? base.resolveCredentials() : assumeRole(config, base);
    } finally {
      if (base instanceof SdkAutoCloseable closeable) {
        closeable.close();
      }
    }
  }

  private static AwsCredentialsProvider base(TargetConfig config) {
    if (!config.accessKeyId().isEmpty()) {
      return StaticCredentialsProvider.create(configured(config));
    }
    if (!config.profile().isEmpty()) {
      return ProfileCredentialsProvider.create(config.profile());
    }
    return DefaultCredentialsProvider.builder().reuseLastProviderEnabled(false).build();
  }

  private static AwsCredentialsIdentity assumeRole(
      TargetConfig config, AwsCredentialsProvider base) {
    try (SdkHttpClient http =
            UrlConnectionHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(5))
                .socketTimeout(Duration.ofSeconds(10))
                .build();
        StsClient sts =
            StsClient.builder()
                .httpClient(http)
                .region(Region.of(config.region()))
                .credentialsProvider(base)
                .build();
        StsAssumeRoleCredentialsProvider role =
            StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(
                    request -> {
                      request.roleArn(config.roleArn()).roleSessionName(config.roleSessionName());
                      if (!config.roleExternalId().isEmpty()) {
                        request.externalId(config.roleExternalId());
                      }
                    })
                .build()) {
      return role.resolveCredentials();
    }
  }

  /** Who gave them, in words. */
  static String giver(AwsCredentialsIdentity credentials) {
    return credentials
        .providerName()
        .map(
            names ->
                Arrays.stream(names.split(",", -1))
                    .map(name -> PROVIDERS.getOrDefault(name, name))
                    .collect(Collectors.joining(", ")))
        .orElse("the configuration");
  }
}
