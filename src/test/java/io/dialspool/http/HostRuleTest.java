package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostRuleTest {
  private static final InetAddress LOOPBACK = address(127, 0, 0, 1);
  private static final InetAddress NETWORK = address(10, 1, 2, 3);
  private static final HostRule LISTED =
      HostRule.of("Dialspool.example.com, other.example,fe80::1");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost:8025",
        "127.0.0.1",
        "127.0.0.1:8025",
        "127.1.2.3:1",
        "[::1]",
        "[::1]:8025",
        "localhost:"
      })
  void shouldKnowTheNamesOfTheLoopbackEverywhere(String host) {
    assertTrue(HostRule.LOOPBACK.isOurs(host, LOOPBACK));
    assertTrue(LISTED.isOurs(host, NETWORK));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8025",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example/localhost",
        "localhost:80:80",
        "localhost:x",
        "localhost@evil.example",
        "user@localhost",
        "0.0.0.0:8025",
        "10.1.2.3",
        "[::2]",
        "[::1",
        "[::1]x",
        "::1",
        "",
        ":8025",
        " "
      })
  void shouldRefuseAReboundNameOnLoopback(String host) {
    assertFalse(HostRule.LOOPBACK.isOurs(host, LOOPBACK));
    assertFalse(LISTED.isOurs(host, LOOPBACK));
  }

  @Test
  void shouldTakeListedNamesAndItsOwnAddressWhereNamesAreListed() {
    for (String host :
        new String[] {"dialspool.example.com", "DIALSPOOL.example.com:443", "other.example"}) {
      assertTrue(LISTED.isOurs(host, LOOPBACK), host);
      assertTrue(LISTED.isOurs(host, NETWORK), host);
    }
    assertTrue(LISTED.isOurs("[fe80::1]:8025", NETWORK));
    assertTrue(LISTED.isOurs("10.1.2.3:8025", NETWORK));
    assertFalse(LISTED.isOurs("10.1.2.4:8025", NETWORK));
    assertFalse(LISTED.isOurs("third.example", NETWORK));
  }

  @Test
  void shouldTakeAnyNameOnTheNetworkWhereNoneIsListed() {
    assertTrue(HostRule.LOOPBACK.isOurs("whatever.example:8025", NETWORK));
    assertFalse(HostRule.LOOPBACK.isOurs("", NETWORK));
    assertFalse(HostRule.of(" , ").isOurs("whatever.example:x", NETWORK));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3000,            127.0.0.1:8025, true",
    "https://127.0.0.1:8026,           localhost:8025, true",
    "http://[::1],                     localhost,      true",
    "http://dialspool.example.com,     localhost,      true",
    "http://evil.example,              localhost,      false",
    "http://evil.example,              evil.example,   false",
    "http://localhost.evil.example,    localhost,      false",
    "http://localhost:80@evil.example, localhost,      false",
    "chrome-extension://abcdef,        localhost,      false",
    "null,                             localhost,      false",
    "'',                               localhost,      false",
    "not a url,                        localhost,      false",
    "file:///etc/passwd,               localhost,      false",
  })
  void shouldTakeOnLoopbackOnlyPagesOfThisMachine(String origin, String host, boolean ours) {
    assertEquals(ours, LISTED.isOurSite(origin, host, LOOPBACK));
  }

  @ParameterizedTest
  @CsvSource({
    "https://pbx.example:8025,     pbx.example:8025,      true",
    "https://PBX.example:8025,     pbx.example:8025,      true",
    "https://pbx.example,          pbx.example,           true",
    "https://pbx.example,          pbx.example:443,       true",
    "http://pbx.example:80,        pbx.example,           true",
    "https://dialspool.example.com, pbx.example:8025,     true",
    "https://pbx.example:9000,     pbx.example:8025,      false",
    "https://evil.example,         pbx.example:8025,      false",
    "http://localhost:3000,        pbx.example:8025,      false",
    "null,                         pbx.example:8025,      false",
    "null,                         null,                  false",
  })
  void shouldTakeOnTheNetworkOnlyItsOwnPagesAndListedOnes(
      String origin, String host, boolean ours) {
    assertEquals(ours, LISTED.isOurSite(origin, host, NETWORK));
  }

  @Test
  void shouldRefuseAnOriginWithoutAHostOnTheNetwork() {
    assertFalse(HostRule.LOOPBACK.isOurSite("https://pbx.example", null, NETWORK));
    assertTrue(HostRule.LOOPBACK.isOurSite("http://localhost", null, LOOPBACK));
  }

  private static InetAddress address(int... bytes) {
    byte[] address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
