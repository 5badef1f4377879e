package io.dialspool.preflight;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;

/** Whether there is a way to the target at all: its name, and a connection. */
final class Reach {
  private Reach() {}

  static Finding of(URI endpoint, int timeoutMs, Clock clock) {
    String host = endpoint.getHost().replaceAll("[\\[\\]]", "");
    boolean tls = "https".equals(endpoint.getScheme());
    int port = endpoint.getPort() >= 0 ? endpoint.getPort() : tls ? 443 : 80;
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return Finding.refused(
          "reach", "no address for " + host, "see target.endpoint or target.region, and the DNS");
    }
    String place = address.getHostAddress() + ":" + port;
    String named = address.getHostAddress().equals(host) ? place : host + " at " + place;
    long startNs = clock.nanoTime();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), timeoutMs);
      return Finding.ok("reach", named + " in " + (clock.nanoTime() - startNs) / 1_000_000 + " ms");
    } catch (SocketTimeoutException e) {
      return Finding.refused(
          "reach",
          named + " does not answer within " + timeoutMs + " ms",
          "see routes, firewalls and VPC endpoints");
    } catch (ConnectException e) {
      return Finding.refused(
          "reach", named + " refuses the connection", "see that something listens there");
    } catch (IOException e) {
      return Finding.refused("reach", named + ": " + e.getMessage(), "see the network");
    }
  }
}
