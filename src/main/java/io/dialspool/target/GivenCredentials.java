package io.dialspool.target;

import io.dialspool.config.TargetConfig;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Whose credentials a target's calls would be signed with.
 *
 * @param giver in words
 * @param keyId the last four characters of the access key's id, or nothing if they would give the
 *     others away
 * @param account empty if they don't say
 */
public record GivenCredentials(String giver, String keyId, String account) {

  /**
   * Asks whoever has them, which may take seconds.
   *
   * @throws RuntimeException if nobody gives any; its message is the provider's
   */
  public static GivenCredentials of(TargetConfig config) {
    AwsCredentialsIdentity fixed = CredentialsChain.fixed(config);
    AwsCredentialsIdentity given = fixed != null ? fixed : CredentialsChain.fetch(config);
    String id = given.accessKeyId();
    return new GivenCredentials(
        CredentialsChain.giver(given),
        id.length() < 12 ? "" : id.substring(id.length() - 4),
        given.accountId().orElse(""));
  }
}
