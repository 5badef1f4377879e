package io.dialspool.config;

import java.util.List;

/**
 * Who may come in, at every port of the process.
 *
 * @param keyFile who may do what (YAML); empty for nobody asked
 * @param tlsCertificateFile PEM, the chain; empty for plain HTTP
 * @param tlsPrivateKeyFile PEM, PKCS#8
 * @param tlsClientAuthoritiesFile PEM, the authorities whose client certificates are taken; empty
 *     for none
 * @param tlsClientCertificates {@code none}, {@code optional} or {@code required}
 * @param hosts names, separated by commas, that {@code Host} may say beside those of the loopback;
 *     empty for any at an address of the network
 * @param openToTheNetwork whether a port may listen beyond the loopback without TLS and keys
 */
public record DoorsConfig(
    String keyFile,
    String tlsCertificateFile,
    String tlsPrivateKeyFile,
    String tlsClientAuthoritiesFile,
    String tlsClientCertificates,
    String hosts,
    boolean openToTheNetwork) {
  private static final String NAME = "\\s*([A-Za-z0-9._-]+|[0-9a-fA-F:]+)\\s*";

  public static final DoorsConfig DEFAULT = new DoorsConfig("", "", "", "", "none", "", false);

  public DoorsConfig {
    Expect.that(
        tlsCertificateFile.isEmpty() == tlsPrivateKeyFile.isEmpty(),
        "doors.tlsPrivateKeyFile",
        tlsPrivateKeyFile,
        "given together with doors.tlsCertificateFile");
    Expect.oneOf(
        "doors.tlsClientCertificates",
        tlsClientCertificates,
        List.of("none", "optional", "required"));
    Expect.that(
        tlsClientCertificates.equals("none")
            || (!tlsCertificateFile.isEmpty() && !tlsClientAuthoritiesFile.isEmpty()),
        "doors.tlsClientAuthoritiesFile",
        tlsClientAuthoritiesFile,
        "a file, and doors.tlsCertificateFile, when client certificates are asked for");
    Expect.that(
        hosts.isEmpty() || hosts.matches(NAME + "(," + NAME + ")*"),
        "doors.hosts",
        hosts,
        "names without ports, separated by commas, such as dialspool.example.com");
  }
}
