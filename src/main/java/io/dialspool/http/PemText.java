package io.dialspool.http;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys as PEM writes them. What is wrong is thrown with what was expected
 * for its message; never with anything of the text.
 */
final class PemText {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");
  private static final int CERTIFICATES_MAX = 1_000;
  // What each kind of key signs with, to try it.
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private PemText() {}

  static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
    var found = new ArrayList<X509Certificate>();
    Matcher block = BLOCK.matcher(text);
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      while (block.find() && found.size() < CERTIFICATES_MAX) {
        if (block.group(1).equals("CERTIFICATE")) {
          found.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(decoded(block.group(2)))));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new GeneralSecurityException("PEM certificates that can be read", e);
    }
    if (found.isEmpty()) {
      throw new GeneralSecurityException("PEM, -----BEGIN CERTIFICATE-----");
    }
    return found;
  }

  static PrivateKey privateKey(String text) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(text);
    boolean otherForm = false;
    while (block.find()) {
      if (block.group(1).equals("PRIVATE KEY")) {
        return privateKey(block.group(2).getBytes(StandardCharsets.ISO_8859_1));
      }
      otherForm |= block.group(1).endsWith(" PRIVATE KEY");
    }
    throw new GeneralSecurityException(
        "PEM, -----BEGIN PRIVATE KEY-----"
            + (otherForm ? "; openssl pkcs8 -topk8 -nocrypt makes that of what it is" : ""));
  }

  private static PrivateKey privateKey(byte[] base64) throws GeneralSecurityException {
    try {
      var spec = new PKCS8EncodedKeySpec(decoded(new String(base64, StandardCharsets.ISO_8859_1)));
      for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
          // Then it is a key of another kind.
        }
      }
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("a PEM private key that can be read", e);
    }
    throw new GeneralSecurityException("an RSA, EC or Ed25519 private key that can be read");
  }

  private static byte[] decoded(String base64) {
    return Base64.getMimeDecoder().decode(base64);
  }

  /** Whether what the key signs is verified by the certificate. */
  static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
    String algorithm = SIGNATURES.getOrDefault(key.getAlgorithm(), key.getAlgorithm());
    byte[] text = "dialspool".getBytes(StandardCharsets.UTF_8);
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(text);
      byte[] signature = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certificate.getPublicKey());
      verifying.update(text);
      return verifying.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
