package io.dialspool.cli;

import io.dialspool.replay.ReplayConfig;
import io.dialspool.target.Identification;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.URI;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Where a running service is and who we are to it, for every command that talks to one. What isn't
 * given is taken from the variables that every AWS client reads, for such a client is what these
 * commands are; variables of our own would be taken for misspelt configuration.
 */
final class EndpointOptions {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Of the service; http://127.0.0.1:8025 by default.")
  private URI url = ReplayConfig.ENDPOINT;

  @Option(
      names = "--key",
      paramLabel = "ID",
      description = "Signs with this key of the service's key file; else AWS_ACCESS_KEY_ID.")
  private String key = "";

  @Option(
      names = "--secret",
      paramLabel = "S",
      description = "Of that key; else AWS_SECRET_ACCESS_KEY. @FILE takes options from a file.")
  private String secret = "";

  @Option(names = "--bearer", paramLabel = "T", description = "A bearer token in place of a key.")
  private String bearer = "";

  @Option(
      names = "--region",
      paramLabel = "R",
      description = "Of the signature; else AWS_REGION, else us-east-1.")
  private String region = "";

  @Option(
      names = "--ca-file",
      paramLabel = "PEM",
      description = "Authorities to trust under https; Java's own by default.")
  private @Nullable File authorities;

  @Option(
      names = "--certificate",
      paramLabel = "PEM",
      description = "Ours, for a service that asks for one.")
  private @Nullable File certificate;

  @Option(names = "--private-key", paramLabel = "PEM", description = "Of --certificate, PKCS#8.")
  private @Nullable File privateKey;

  URI url() {
    return url;
  }

  /**
   * Who we are; warns if a token would go over the network in the clear.
   *
   * @throws ParameterException if the options don't fit together
   */
  Identification identification(Surroundings surroundings) {
    if (!bearer.isEmpty()) {
      if (!key.isEmpty() || !secret.isEmpty()) {
        throw fault("--bearer: given beside --key (expected: one of them)");
      }
      if (!bearer.matches("[\\x21-\\x7e]+")) {
        throw fault("--bearer: (hidden) (expected: a token without white space)");
      }
      if ("http".equals(url.getScheme()) && !isLoopback(String.valueOf(url.getHost()))) {
        surroundings.err().println("--bearer: over http:// anyone on the way can read the token");
      }
      return Identification.withBearer(bearer);
    }
    Map<String, String> environment = surroundings.environment();
    String id = key;
    String itsSecret = secret;
    String session = "";
    if (key.isEmpty() && secret.isEmpty()) {
      id = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
      itsSecret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
      session = environment.getOrDefault("AWS_SESSION_TOKEN", "");
      if (id.isEmpty() || itsSecret.isEmpty()) {
        return Identification.NONE;
      }
    }
    if (id.isEmpty() || itsSecret.isEmpty()) {
      throw fault("--key, --secret: one is missing (expected: both)");
    }
    if (url.getHost() == null) {
      return Identification.NONE; // the URL's own fault is told where it is used
    }
    return Identification.withKey(url, region(environment), id, itsSecret, session);
  }

  private String region(Map<String, String> environment) {
    if (!region.isEmpty()) {
      return region;
    }
    String known = environment.getOrDefault("AWS_REGION", "");
    return known.isEmpty() ? "us-east-1" : known;
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  /**
   * Whom to trust and what to show; null for Java's own.
   *
   * @throws ParameterException if a file can't be used
   */
  @Nullable SslContext tls() {
    File ca = authorities;
    File ours = certificate;
    File itsKey = privateKey;
    if ((ours == null) != (itsKey == null)) {
      throw fault("--certificate, --private-key: one is missing (expected: both)");
    }
    if (ca == null && ours == null) {
      return null;
    }
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
    if (ca != null) {
      try {
        builder.trustManager(ca);
      } catch (IllegalArgumentException e) {
        throw fault("--ca-file: " + ca + " (expected: a PEM file of certificates)");
      }
    }
    if (ours != null && itsKey != null) {
      try {
        builder.keyManager(ours, itsKey);
      } catch (IllegalArgumentException e) {
        throw fault(
            "--certificate, --private-key: "
                + ours
                + ", "
                + itsKey
                + " (expected: PEM files, the key in PKCS#8)");
      }
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw fault("--ca-file, --certificate: can't be used (expected: PEM files)");
    }
  }

  private ParameterException fault(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
