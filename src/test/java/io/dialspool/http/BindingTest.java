package io.dialspool.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialspool.config.ConfigException;
import io.dialspool.config.DoorsConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindingTest {
  private static final DoorsConfig TLS =
      new DoorsConfig("", "c.pem", "k.pem", "", "none", "", false);

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]", ""})
  void shouldLetAPortListenOnTheLoopback(String address) {
    assertDoesNotThrow(() -> check(DoorsConfig.DEFAULT, address, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.1.2.3", "192.0.2.1", "0", "[::]", "fe80::1"})
  void shouldRefuseTheNetworkWithoutTlsOrKeys(String address) {
    assertEquals(
        List.of(
            "intake.address: "
                + address
                + " (expected: a loopback address such as 127.0.0.1; for one of the network set"
                + " doors.tlsCertificateFile and doors.tlsPrivateKeyFile, and doors.keyFile, or"
                + " doors.openToTheNetwork: true, and whoever reaches it may dial)"),
        assertThrows(ConfigException.class, () -> check(DoorsConfig.DEFAULT, address, ""))
            .faults());
  }

  @Test
  void shouldNameWhatIsMissing() {
    assertEquals(
        "intake.address: 0.0.0.0 (expected: a loopback address such as 127.0.0.1; for one of the"
            + " network set doors.keyFile, or doors.openToTheNetwork: true, and whoever reaches it"
            + " may dial)",
        assertThrows(ConfigException.class, () -> check(TLS, "0.0.0.0", "")).getMessage());
    assertEquals(
        "intake.address: 0.0.0.0 (expected: a loopback address such as 127.0.0.1; for one of the"
            + " network set doors.tlsCertificateFile and doors.tlsPrivateKeyFile, or"
            + " doors.openToTheNetwork: true, and whoever reaches it may dial)",
        assertThrows(
                ConfigException.class, () -> check(DoorsConfig.DEFAULT, "0.0.0.0", "keys.yaml"))
            .getMessage());
  }

  @Test
  void shouldLetItListenOnTheNetworkWithTlsAndKeysOrWhenToldSoInWords() {
    assertDoesNotThrow(() -> check(TLS, "0.0.0.0", "keys.yaml"));
    var open = new DoorsConfig("", "", "", "", "none", "", true);
    assertDoesNotThrow(() -> check(open, "0.0.0.0", ""));
  }

  @Test
  void shouldNameEveryPortAtOnce() {
    var fault =
        assertThrows(
            ConfigException.class,
            () ->
                Binding.check(
                    DoorsConfig.DEFAULT,
                    List.of(
                        new Binding("intake.address", "0.0.0.0", "doors.keyFile", ""),
                        new Binding("management.address", "::", "doors.keyFile", ""))));
    assertEquals(2, fault.faults().size());
  }

  @Test
  void shouldLeaveANameThatNobodyKnowsToTheBind() {
    assertDoesNotThrow(() -> check(DoorsConfig.DEFAULT, "no-such-host.invalid", ""));
  }

  private static void check(DoorsConfig doors, String address, String keyFile) {
    Binding.check(doors, List.of(new Binding("intake.address", address, "doors.keyFile", keyFile)));
  }
}
