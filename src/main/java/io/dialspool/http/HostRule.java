package io.dialspool.http;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which {@code Host} and {@code Origin} a request may name. A page in a browser can reach a
 * loopback service, but can't hide where it came from; a name that was rebound to our address shows
 * in {@code Host}, while an address can't be rebound.
 *
 * <table>
 * <caption>What is ours</caption>
 * <tr><th></th><th>Host</th><th>Origin</th></tr>
 * <tr><td>on loopback</td><td>names of the loopback, listed names</td><td>the same, any port</td></tr>
 * <tr><td>elsewhere, names listed</td><td>the same, our address</td><td>Host's, listed names</td></tr>
 * <tr><td>elsewhere, none listed</td><td>any</td><td>Host's</td></tr>
 * </table>
 */
public final class HostRule {
  /** No names but those of the loopback. */
  public static final HostRule LOOPBACK = new HostRule(Set.of());

  private final Set<String> listed;

  private HostRule(Set<String> listed) {
    this.listed = listed;
  }

  /**
   * @param hosts names, separated by commas, as {@code doors.hosts} has them
   */
  public static HostRule of(String hosts) {
    return new HostRule(
        Arrays.stream(hosts.toLowerCase(Locale.ROOT).split(",", -1))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * @param hostAndPort the header as sent
   * @param local where the connection arrived
   */
  boolean isOurs(String hostAndPort, InetAddress local) {
    String host = hostOf(hostAndPort.toLowerCase(Locale.ROOT));
    return host != null
        && (isKnown(host, local) || (!local.isLoopbackAddress() && listed.isEmpty()));
  }

  /**
   * @param origin the header as sent
   * @param hostAndPort the {@code Host} of the same request; null for none
   */
  boolean isOurSite(String origin, @Nullable String hostAndPort, InetAddress local) {
    URI site;
    try {
      site = URI.create(origin.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return false;
    }
    String authority = site.getRawAuthority();
    String host = authority == null ? null : hostOf(authority);
    if (host == null) {
      return false; // "null" is what a sandboxed page or a file says
    }
    if (listed.contains(host) || (local.isLoopbackAddress() && isKnown(host, local))) {
      return true;
    }
    String port = "https".equals(site.getScheme()) ? ":443" : ":80";
    return !local.isLoopbackAddress()
        && hostAndPort != null
        && withPort(authority, port).equals(withPort(hostAndPort.toLowerCase(Locale.ROOT), port));
  }

  private boolean isKnown(String host, InetAddress local) {
    if (host.equals("localhost") || listed.contains(host)) {
      return true;
    }
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    return literal != null && (literal.isLoopbackAddress() || literal.equals(local));
  }

  private static String withPort(String authority, String port) {
    return authority.matches(".*:\\d+") ? authority : authority + port;
  }

  /** Without port and brackets; null if it is no host. */
  private static @Nullable String hostOf(String authority) {
    int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
    String host = end < 0 ? authority : authority.substring(0, end);
    String rest = authority.substring(host.length());
    if (host.isEmpty() || !(rest.isEmpty() || rest.matches(":\\d{0,5}"))) {
      return null;
    }
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
