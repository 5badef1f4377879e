package io.dialspool.http;

import io.dialspool.config.ConfigException;
import io.dialspool.config.DoorsConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a port is to listen. Beyond the loopback it wants TLS and keys, or the word that it may do
 * without. Source: design section 12.
 *
 * @param key of the address, such as {@code intake.address}
 * @param keyFileKey which key names the port's key file
 * @param keyFile empty for none
 */
public record Binding(String key, String address, String keyFileKey, String keyFile) {

  /**
   * Resolves names, which may take a moment.
   *
   * @throws ConfigException with a line for each port that would be open to the network
   */
  public static void check(DoorsConfig doors, List<Binding> bindings) {
    var faults = new ArrayList<String>();
    for (Binding binding : bindings) {
      String fault = binding.fault(doors);
      if (fault != null) {
        faults.add(fault);
      }
    }
    if (!faults.isEmpty()) {
      throw new ConfigException(faults);
    }
  }

  private @Nullable String fault(DoorsConfig doors) {
    var missing = new ArrayList<String>();
    if (doors.tlsCertificateFile().isEmpty()) {
      missing.add("doors.tlsCertificateFile and doors.tlsPrivateKeyFile");
    }
    if (keyFile.isEmpty()) {
      missing.add(keyFileKey);
    }
    if (missing.isEmpty() || doors.openToTheNetwork() || isLoopback()) {
      return null;
    }
    return key
        + ": "
        + address
        + " (expected: a loopback address such as 127.0.0.1; for one of the network set "
        + String.join(", and ", missing)
        + ", or doors.openToTheNetwork: true, and whoever reaches it may dial)";
  }

  /** Whether only this machine can reach it; resolves a name. */
  public boolean isLoopback() {
    try {
      return Arrays.stream(InetAddress.getAllByName(address))
          .allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return true; // it can't be bound either, which says so
    }
  }
}
