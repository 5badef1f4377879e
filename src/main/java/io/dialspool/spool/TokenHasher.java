package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The keyed 128-bit hash of tokens: XXH3 with a seed, written into arrays. hash4j hands its 128
 * bits over in an object of 32 bytes, a third of all garbage on the ring's thread; so the lengths
 * that tokens have are done here, bit by bit the same, and longer input there. Any thread.
 *
 * <p>Source: XXH3_128bits_withSeed, <a
 * href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash's specification</a>.
 */
final class TokenHasher {
  private static final int BYTES_MAX = 240;

  private static final long PRIME32_2 = 0x85EBCA77L;
  private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME64_3 = 0x165667B19E3779F9L;
  private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_MX1 = 0x165667919E3779F9L;
  private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

  /** What is used of the algorithm's default secret. */
  private static final byte[] SECRET =
      HexFormat.of()
          .parseHex(
              "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                  + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                  + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                  + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                  + "eac5ac8334d3ebc3");

  /** Where the secret is read from, behind the first 160 bytes of input and at its end. */
  private static final int SECRET_SECOND = 3;

  private static final int SECRET_LAST = 103;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long seed;
  private final Hasher128 ofLonger;

  TokenHasher(long seed) {
    this.seed = seed;
    this.ofLonger = Hashing.xxh3_128(seed);
  }

  /** Writes the two halves of the key into {@code highs[index]} and {@code lows[index]}. */
  void hash(byte[] in, int at, int length, long[] highs, long[] lows, int index) {
    if (length == 0 || length > BYTES_MAX) {
      HashValue128 hash = ofLonger.hashBytesTo128Bits(in, at, length);
      highs[index] = hash.getMostSignificantBits();
      lows[index] = hash.getLeastSignificantBits();
    } else if (length <= 3) {
      upTo3(in, at, length, highs, lows, index);
    } else if (length <= 8) {
      upTo8(in, at, length, highs, lows, index);
    } else if (length <= 16) {
      upTo16(in, at, length, highs, lows, index);
    } else if (length <= 128) {
      upTo128(in, at, length, highs, lows, index);
    } else {
      upTo240(in, at, length, highs, lows, index);
    }
  }

  private void upTo3(byte[] in, int at, int length, long[] highs, long[] lows, int index) {
    int low =
        (in[at] & 0xff) << 16
            | (in[at + (length >> 1)] & 0xff) << 24
            | (in[at + length - 1] & 0xff)
            | length << 8;
    int high = Integer.rotateLeft(Integer.reverseBytes(low), 13);
    long lowKey = unsigned(readInt(SECRET, 0) ^ readInt(SECRET, 4)) + seed;
    long highKey = unsigned(readInt(SECRET, 8) ^ readInt(SECRET, 12)) - seed;
    lows[index] = avalancheOfXxh64(unsigned(low) ^ lowKey);
    highs[index] = avalancheOfXxh64(unsigned(high) ^ highKey);
  }

  private void upTo8(byte[] in, int at, int length, long[] highs, long[] lows, int index) {
    long mixed = seed ^ unsigned(Integer.reverseBytes((int) seed)) << 32;
    long whole = unsigned(readInt(in, at)) + (unsigned(readInt(in, at + length - 4)) << 32);
    long keyed = whole ^ ((readLong(SECRET, 16) ^ readLong(SECRET, 24)) + mixed);
    long factor = PRIME64_1 + ((long) length << 2);
    long low = keyed * factor;
    long high = unsignedHigh(keyed, factor) + (low << 1);
    low ^= high >>> 3;
    low ^= low >>> 35;
    low *= PRIME_MX2;
    low ^= low >>> 28;
    lows[index] = low;
    highs[index] = avalanche(high);
  }

  private void upTo16(byte[] in, int at, int length, long[] highs, long[] lows, int index) {
    long first = readLong(in, at);
    long last = readLong(in, at + length - 8);
    long keyed = first ^ last ^ ((readLong(SECRET, 32) ^ readLong(SECRET, 40)) - seed);
    long low = keyed * PRIME64_1 + ((long) (length - 1) << 54);
    long high = unsignedHigh(keyed, PRIME64_1);
    last ^= (readLong(SECRET, 48) ^ readLong(SECRET, 56)) + seed;
    high += last + unsigned((int) last) * (PRIME32_2 - 1);
    low ^= Long.reverseBytes(high);
    lows[index] = avalanche(low * PRIME64_2);
    highs[index] = avalanche(unsignedHigh(low, PRIME64_2) + high * PRIME64_2);
  }

  private void upTo128(byte[] in, int at, int length, long[] highs, long[] lows, int index) {
    long low = length * PRIME64_1;
    long high = 0;
    int end = at + length;
    // From the middle outwards, in pairs of 16 bytes.
    for (int pair = (length - 1) >> 5; pair >= 0; pair--) {
      int front = at + 16 * pair;
      int back = end - 16 * (pair + 1);
      low = mixed(low, in, front, back, 32 * pair, seed);
      high = mixed(high, in, back, front, 32 * pair + 16, seed);
    }
    end(low, high, length, highs, lows, index);
  }

  private void upTo240(byte[] in, int at, int length, long[] highs, long[] lows, int index) {
    long low = length * PRIME64_1;
    long high = 0;
    for (int i = 0; i < 128; i += 32) {
      low = mixed(low, in, at + i, at + i + 16, i, seed);
      high = mixed(high, in, at + i + 16, at + i, i + 16, seed);
    }
    low = avalanche(low);
    high = avalanche(high);
    for (int i = 128; i + 32 <= length; i += 32) {
      int secret = SECRET_SECOND + i - 128;
      low = mixed(low, in, at + i, at + i + 16, secret, seed);
      high = mixed(high, in, at + i + 16, at + i, secret + 16, seed);
    }
    int back = at + length - 16;
    low = mixed(low, in, back, back - 16, SECRET_LAST, -seed);
    high = mixed(high, in, back - 16, back, SECRET_LAST + 16, -seed);
    end(low, high, length, highs, lows, index);
  }

  private void end(long low, long high, int length, long[] highs, long[] lows, int index) {
    lows[index] = avalanche(low + high);
    highs[index] = -avalanche(low * PRIME64_1 + high * PRIME64_4 + (length - seed) * PRIME64_2);
  }

  /** Takes 16 bytes from {@code at} into {@code sum}, and the 16 from {@code other} as they are. */
  private static long mixed(long sum, byte[] in, int at, int other, int secret, long seed) {
    long one = readLong(in, at) ^ (readLong(SECRET, secret) + seed);
    long two = readLong(in, at + 8) ^ (readLong(SECRET, secret + 8) - seed);
    return (sum + (one * two ^ unsignedHigh(one, two)))
        ^ (readLong(in, other) + readLong(in, other + 8));
  }

  private static long avalanche(long hash) {
    hash ^= hash >>> 37;
    hash *= PRIME_MX1;
    return hash ^ hash >>> 32;
  }

  private static long avalancheOfXxh64(long hash) {
    hash ^= hash >>> 33;
    hash *= PRIME64_2;
    hash ^= hash >>> 29;
    hash *= PRIME64_3;
    return hash ^ hash >>> 32;
  }

  // Math.unsignedMultiplyHigh is of Java 18.
  private static long unsignedHigh(long one, long two) {
    return Math.multiplyHigh(one, two) + ((one >> 63) & two) + ((two >> 63) & one);
  }

  private static long unsigned(int value) {
    return value & 0xFFFF_FFFFL;
  }

  private static int readInt(byte[] in, int at) {
    return (int) INT.get(in, at);
  }

  private static long readLong(byte[] in, int at) {
    return (long) LONG.get(in, at);
  }
}
