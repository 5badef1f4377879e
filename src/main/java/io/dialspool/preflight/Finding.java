package io.dialspool.preflight;

/**
 * What one check came to.
 *
 * @param check a word: {@code campaign}, {@code clock}
 * @param found what is so; never a secret, a phone number or an attribute
 * @param next what to do about it; empty for nothing
 */
public record Finding(String check, Level level, String found, String next) {

  /** How bad it is. */
  public enum Level {
    OK("ok"),
    /** Leads can be sent, but may not go where one thinks. */
    WARN("warn"),
    /** Something here or there is not as it must be. */
    FAIL("fail"),
    /** The target can't be reached or refuses us. */
    REFUSED("fail");

    private final String word;

    Level(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    public boolean isFailure() {
      return this == FAIL || this == REFUSED;
    }
  }

  static Finding ok(String check, String found) {
    return new Finding(check, Level.OK, found, "");
  }

  static Finding warn(String check, String found, String next) {
    return new Finding(check, Level.WARN, found, next);
  }

  static Finding fail(String check, String found, String next) {
    return new Finding(check, Level.FAIL, found, next);
  }

  static Finding refused(String check, String found, String next) {
    return new Finding(check, Level.REFUSED, found, next);
  }
}
