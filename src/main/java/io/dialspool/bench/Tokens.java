package io.dialspool.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which dial requests one connection sends: they are numbered, and a number says all. Makes no
 * garbage. One thread.
 *
 * <p>Some numbers stand for an invalid dial request, always the same ones; a repeated one is drawn
 * from all valid ones of earlier requests, the oldest as likely as the newest.
 */
final class Tokens {
  static final int DIGITS = 10;
  private static final int TRIES_MAX = 64;

  private final double duplicates;
  private final double invalid;
  private long next;
  private long answeredBelow;
  private long dice;
  private int duplicatesDrawn;
  private int invalidDrawn;

  /**
   * @param seed the same one draws the same
   */
  Tokens(double duplicates, double invalid, long seed) {
    this.duplicates = duplicates;
    this.invalid = invalid;
    this.dice = mix(seed);
  }

  /** A request begins: what was drawn before it can now come again. */
  void beginRequest() {
    answeredBelow = next;
    duplicatesDrawn = 0;
    invalidDrawn = 0;
  }

  /** The number of the next dial request. */
  long draw() {
    if (duplicates > 0 && answeredBelow > 0 && share(dice()) < duplicates) {
      for (int i = 0; i < TRIES_MAX; i++) {
        long earlier = Long.remainderUnsigned(dice(), answeredBelow);
        if (!isInvalid(earlier)) {
          duplicatesDrawn++;
          return earlier;
        }
      }
    }
    long number = next++;
    if (isInvalid(number)) {
      invalidDrawn++;
    }
    return number;
  }

  /** Whether the dial request of this number has no valid phone number. */
  boolean isInvalid(long number) {
    return invalid > 0 && share(mix(number)) < invalid;
  }

  /** How many numbers are used up: all below this. */
  long drawn() {
    return next;
  }

  /** Repeated ones of the request that is being drawn. */
  int duplicatesDrawn() {
    return duplicatesDrawn;
  }

  int invalidDrawn() {
    return invalidDrawn;
  }

  /** Writes the number at {@code at}, in {@link #DIGITS} digits. */
  static void write(long number, ByteBuffer to, int at) {
    long rest = number;
    for (int digit = DIGITS - 1; digit >= 0; digit--) {
      to.put(at + digit, (byte) ('0' + rest % 10));
      rest /= 10;
    }
  }

  /** What stands before the digits. */
  static String prefix(String run, int connection) {
    return "bench-" + run + "-" + connection + "-";
  }

  /**
   * The hashes of all tokens of a run added up, as {@link LocalTarget.Taken#tokenSum} tells them of
   * those that arrived.
   *
   * @param drawn of each connection
   */
  static long sum(String run, List<Long> drawn) {
    long sum = 0;
    for (int connection = 0; connection < drawn.size(); connection++) {
      byte[] prefix = prefix(run, connection).getBytes(StandardCharsets.US_ASCII);
      ByteBuffer token = ByteBuffer.allocate(prefix.length + DIGITS).put(prefix);
      for (long number = 0; number < drawn.get(connection); number++) {
        write(number, token, prefix.length);
        sum += LocalTarget.hash(token.array(), 0, token.capacity());
      }
    }
    return sum;
  }

  private long dice() {
    dice += 0x9e3779b97f4a7c15L;
    return mix(dice);
  }

  // The finisher of SplitMix64.
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  private static double share(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }
}
