package io.dialspool.metrics;

/**
 * How the process is.
 *
 * @param reason what is wrong, or what holds, in words; never a phone number or an attribute
 */
public record Health(boolean ok, String reason) {
  public static final Health OK = new Health(true, "");
}
