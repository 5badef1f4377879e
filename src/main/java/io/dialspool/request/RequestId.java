package io.dialspool.request;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Our id of a dial request, {@code ds-<lane>-<sequence>}, stable over repeats of its token.
 *
 * @param lane number of its campaign's lane, from 1
 * @param sequence its place in the lane, from 1
 */
public record RequestId(int lane, long sequence) {
  private static final Pattern FORM = Pattern.compile("ds-(\\d{1,9})-(\\d{1,18})");

  /** Reads what {@link #toString} wrote; empty for any other text. */
  public static Optional<RequestId> of(String text) {
    Matcher match = FORM.matcher(text);
    return match.matches()
        ? Optional.of(
            new RequestId(Integer.parseInt(match.group(1)), Long.parseLong(match.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "ds-" + lane + "-" + sequence;
  }
}
