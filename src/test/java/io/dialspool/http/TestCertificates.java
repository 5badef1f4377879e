package io.dialspool.http;

import io.dialspool.config.DoorsConfig;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Authorities and certificates for localhost, as PEM files and as what a client trusts. */
public final class TestCertificates {
  private TestCertificates() {}

  public static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
  }

  /** For localhost and 127.0.0.1, valid now. */
  public static X509Bundle server(X509Bundle authority, String name) throws Exception {
    return named(name).buildIssuedBy(authority);
  }

  static X509Bundle rsaServer(X509Bundle authority, String name) throws Exception {
    return named(name).rsa2048().buildIssuedBy(authority);
  }

  static X509Bundle expiredServer(X509Bundle authority) throws Exception {
    return named("expired")
        .notBefore(Instant.parse("2020-01-01T00:00:00Z"))
        .notAfter(Instant.parse("2020-02-01T00:00:00Z"))
        .buildIssuedBy(authority);
  }

  private static CertificateBuilder named(String name) {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .addSanDnsName("localhost")
        .addSanIpAddress("127.0.0.1")
        .ecp256();
  }

  /** The section {@code doors} with these as files in {@code directory}. */
  public static DoorsConfig doors(Path directory, X509Bundle server) throws Exception {
    return doors(directory, server, null, "none");
  }

  public static DoorsConfig doors(
      Path directory, X509Bundle server, @Nullable X509Bundle clients, String clientCertificates)
      throws Exception {
    write(directory, server);
    Path authorities = directory.resolve("clients.pem");
    if (clients != null) {
      Files.writeString(authorities, clients.getCertificatePEM());
    }
    return new DoorsConfig(
        "",
        directory.resolve("certificate.pem").toString(),
        directory.resolve("key.pem").toString(),
        clients == null ? "" : authorities.toString(),
        clientCertificates,
        "",
        false);
  }

  public static void write(Path directory, X509Bundle server) throws Exception {
    Files.writeString(directory.resolve("certificate.pem"), server.getCertificatePathPEM());
    Files.writeString(directory.resolve("key.pem"), server.getPrivateKeyPEM());
  }

  /**
   * A client's side.
   *
   * @param own shown to a server that asks; null for none
   */
  public static SSLContext trusting(X509Bundle authority, @Nullable X509Bundle own)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] keys = own == null ? null : own.toKeyManagerFactory().getKeyManagers();
    context.init(keys, new TrustManager[] {authority.toTrustManager()}, new SecureRandom());
    return context;
  }
}
