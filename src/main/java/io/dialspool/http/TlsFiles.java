package io.dialspool.http;

import io.dialspool.config.ConfigException;
import io.dialspool.config.DoorsConfig;
import io.dialspool.time.Clock;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS for every port of the process, out of the PEM files that the section {@code doors} names. The
 * files may change at any time: {@link #look} takes up what is new, and connections made from then
 * on get it. A pair that is broken leaves the old one in place.
 */
public final class TlsFiles {
  private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final String CERTIFICATE = "doors.tlsCertificateFile";
  private static final String KEY = "doors.tlsPrivateKeyFile";
  private static final String AUTHORITIES = "doors.tlsClientAuthoritiesFile";

  static {
    // Under TLS 1.2 a client could make us shake hands over and over on one connection.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private final DoorsConfig config;
  private final Clock clock;
  private volatile @Nullable Loaded current;

  // What look() remembers; its thread only.
  private String broken = "";
  private boolean told;

  private TlsFiles(DoorsConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * Reads the files; without any, every port speaks plain HTTP.
   *
   * @throws ConfigException if one is missing, unreadable, or doesn't fit the others
   */
  public static TlsFiles open(DoorsConfig config, Clock clock) {
    var files = new TlsFiles(config, clock);
    if (files.isOn()) {
      files.current = files.load(Pem.read(config));
    }
    return files;
  }

  public boolean isOn() {
    return !config.tlsCertificateFile().isEmpty();
  }

  /** For a new connection; null for plain HTTP. Any thread, never blocks. */
  public @Nullable SslContext context() {
    Loaded loaded = current;
    return loaded == null ? null : loaded.context;
  }

  /**
   * The same for a port that this process itself calls: takes client certificates but never
   * requires one, for this process has none.
   */
  public @Nullable SslContext contextForOurselves() {
    Loaded loaded = current;
    return loaded == null ? null : loaded.forOurselves;
  }

  /**
   * For a client inside this process that calls one of its ports: trusts the certificate of these
   * files and no other, under any name, for it knows whom it calls. Null for plain HTTP.
   */
  public @Nullable SslContext ownClient() {
    if (!isOn()) {
      return null;
    }
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .trustManager(new OwnCertificate(() -> current == null ? null : current.certificate))
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("This Java has no TLS: " + e.getMessage(), e);
    }
  }

  /**
   * Looks whether the files have changed. To be called once a second or so, by one thread; reads
   * the disk.
   */
  public void look() {
    Loaded loaded = current;
    if (loaded == null) {
      return;
    }
    try {
      Pem pem = Pem.read(config);
      if (!pem.equals(loaded.pem)) {
        Loaded fresh = load(pem);
        current = fresh;
        LOG.info(
            "TLS: new connections get the certificate of {}, valid until {}",
            fresh.certificate.getSubjectX500Principal().getName(),
            fresh.certificate.getNotAfter().toInstant());
      }
      broken = "";
    } catch (ConfigException e) {
      String fault = String.valueOf(e.getMessage());
      if (!fault.equals(broken)) {
        // A pair is replaced file by file: what doesn't fit at one look may fit at the next.
        broken = fault;
        told = false;
      } else if (!told) {
        LOG.error("TLS: {}; connections go on getting the certificate from before", fault);
        told = true;
      }
    }
  }

  private Loaded load(Pem pem) {
    List<X509Certificate> chain = certificates(CERTIFICATE, config.tlsCertificateFile(), pem.chain);
    PrivateKey key;
    try {
      key = PemText.privateKey(pem.key);
    } catch (GeneralSecurityException e) {
      throw fault(KEY, config.tlsPrivateKeyFile(), String.valueOf(e.getMessage()));
    }
    X509Certificate leaf = chain.get(0);
    if (!PemText.belongTogether(key, leaf)) {
      throw fault(
          KEY,
          config.tlsPrivateKeyFile(),
          "the private key of the first certificate in " + CERTIFICATE);
    }
    Instant now = Instant.ofEpochMilli(clock.epochMs());
    Instant from = leaf.getNotBefore().toInstant();
    Instant to = leaf.getNotAfter().toInstant();
    if (now.isAfter(to) || now.isBefore(from)) {
      LOG.warn(
          "TLS: the certificate in {} is valid from {} to {}: clients will refuse it",
          config.tlsCertificateFile(),
          from,
          to);
    }
    List<X509Certificate> authorities =
        pem.authorities.isEmpty()
            ? List.of()
            : certificates(AUTHORITIES, config.tlsClientAuthoritiesFile(), pem.authorities);
    ClientAuth clients = authorities.isEmpty() ? ClientAuth.NONE : ClientAuth.OPTIONAL;
    SslContext optional = context(key, chain, authorities, clients);
    return new Loaded(
        pem,
        config.tlsClientCertificates().equals("required")
            ? context(key, chain, authorities, ClientAuth.REQUIRE)
            : optional,
        optional,
        leaf);
  }

  private SslContext context(
      PrivateKey key,
      List<X509Certificate> chain,
      List<X509Certificate> authorities,
      ClientAuth clients) {
    try {
      return SslContextBuilder.forServer(key, chain)
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .clientAuth(clients)
          .trustManager(authorities)
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw fault(CERTIFICATE, config.tlsCertificateFile(), "a certificate that can be used");
    }
  }

  private static List<X509Certificate> certificates(String which, String file, String pem) {
    try {
      return PemText.certificates(pem);
    } catch (GeneralSecurityException e) {
      throw fault(which, file, String.valueOf(e.getMessage()));
    }
  }

  private static ConfigException fault(String which, String file, String expected) {
    return new ConfigException(List.of(which + ": " + file + " (expected: " + expected + ")"));
  }

  private record Loaded(
      Pem pem, SslContext context, SslContext forOurselves, X509Certificate certificate) {}

  /** The files' contents, to see by that they have changed: a file's time and size may lie. */
  private record Pem(String chain, String key, String authorities) {
    static Pem read(DoorsConfig config) {
      return new Pem(
          text(CERTIFICATE, config.tlsCertificateFile()),
          text(KEY, config.tlsPrivateKeyFile()),
          config.tlsClientCertificates().equals("none")
              ? ""
              : text(AUTHORITIES, config.tlsClientAuthoritiesFile()));
    }

    private static String text(String which, String file) {
      try {
        Path path = Path.of(file);
        if (Files.size(path) > FILE_BYTES_MAX) {
          throw fault(which, file, "a PEM file of at most 1 MiB");
        }
        return Files.readString(path, StandardCharsets.ISO_8859_1);
      } catch (NoSuchFileException e) {
        throw fault(which, file, "a file that exists");
      } catch (IOException | InvalidPathException e) {
        throw fault(which, file, "a file that can be read");
      }
    }

    // A record's own method would show the key.
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "Pem[%d characters]", chain.length());
    }
  }
}
