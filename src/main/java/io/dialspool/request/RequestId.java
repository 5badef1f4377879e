package io.dialspool.request;

/**
 * Our id of a dial request, {@code ds-<lane>-<sequence>}, stable over repeats of its token.
 *
 * @param lane number of its campaign's lane, from 1
 * @param sequence its place in the lane, from 1
 */
public record RequestId(int lane, long sequence) {
  @Override
  public String toString() {
    return "ds-" + lane + "-" + sequence;
  }
}
