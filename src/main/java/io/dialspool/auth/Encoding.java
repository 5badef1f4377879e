package io.dialspool.auth;

/**
 * Percent-encoding as signatures want it: everything but {@code A-Z a-z 0-9 - _ . ~}, in upper
 * case. Text is what Netty makes of a request's head: a character for each byte.
 */
final class Encoding {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private Encoding() {}

  /** The path with each byte that needs it encoded once more, {@code %3A} as {@code %253A}. */
  static String path(String path) {
    int clean = 0;
    while (clean < path.length() && isKept(path.charAt(clean))) {
      clean++;
    }
    if (clean == path.length()) {
      return path;
    }
    var encoded = new StringBuilder(path.length() + 32).append(path, 0, clean);
    for (int i = clean; i < path.length(); i++) {
      char c = path.charAt(i);
      if (isKept(c)) {
        encoded.append(c);
      } else {
        append(encoded, c);
      }
    }
    return encoded.toString();
  }

  private static boolean isKept(char c) {
    return c == '/' || isUnreserved(c);
  }

  /** Decoded and encoded again; {@code +} is a plus, a broken escape is taken by the letter. */
  static String anew(String text) {
    var encoded = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      int c = text.charAt(i);
      if (c == '%' && i + 2 < text.length()) {
        int high = Character.digit(text.charAt(i + 1), 16);
        int low = Character.digit(text.charAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          c = high << 4 | low;
          i += 2;
        }
      }
      if (isUnreserved(c)) {
        encoded.append((char) c);
      } else {
        append(encoded, c);
      }
    }
    return encoded.toString();
  }

  private static void append(StringBuilder to, int c) {
    to.append('%').append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
  }

  private static boolean isUnreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.'
        || c == '~';
  }
}
