package io.dialspool.replay;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import javax.net.ssl.SSLHandshakeException;

/** What to do when an endpoint won't have us. */
final class Refusal {
  private Refusal() {}

  /**
   * @param errorType as in {@code x-amzn-ErrorType}
   * @return in brackets, after a blank; empty if the error says all
   */
  static String whatToDo(String errorType) {
    return switch (errorType) {
      case "MissingAuthenticationTokenException" ->
          " (expected: --key ID --secret S, or --bearer T)";
      case "UnrecognizedClientException", "InvalidClientTokenId" ->
          " (expected: a key or token that stands in the service's key file)";
      case "InvalidSignatureException",
          "IncompleteSignatureException",
          "SignatureDoesNotMatchException" ->
          " (expected: the --secret that belongs to --key, and the service's --region)";
      case "ExpiredTokenException" -> " (expected: credentials that are still valid)";
      case "RequestExpired" -> " (expected: a clock within 15 minutes of the service's)";
      case "AccessDeniedException" ->
          " (expected: a key with the right to submit, for this campaign)";
      default -> "";
    };
  }

  /** What is wrong for good with a TLS connection; empty if trying again may help. */
  static String ofTls(Throwable cause) {
    Throwable root =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (root instanceof NotSslRecordException) {
      return "doesn't speak TLS (expected: perhaps http://)";
    }
    if (root instanceof SSLHandshakeException && !(root instanceof SslHandshakeTimeoutException)) {
      return "TLS fails: "
          + root.getMessage()
          + " (expected: a certificate that is trusted, by --ca-file FILE if its authority isn't"
          + " known to Java; --certificate and --private-key if it asks for ours)";
    }
    return "";
  }
}
