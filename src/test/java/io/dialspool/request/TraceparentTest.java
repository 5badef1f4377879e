package io.dialspool.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Source of the forms: W3C Trace Context, section 3.2. */
class TraceparentTest {
  @ParameterizedTest
  @CsvSource({
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,"
        + " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff,"
        + " 00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff",
    "00-00000000000000000000000000000001-0000000000000001-00,"
        + " 00-00000000000000000000000000000001-0000000000000001-00",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff,"
        + " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02-what-comes,"
        + " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
  })
  void shouldReadAndSayIt(String header, String said) {
    assertEquals(Optional.of(said), Traceparent.of(header).map(Traceparent::toString));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      })
  void shouldIgnoreWhatIsNone(String header) {
    assertEquals(Optional.empty(), Traceparent.of(header));
  }

  @Test
  void shouldNotBeMadeOfZeros() {
    assertThrows(IllegalArgumentException.class, () -> new Traceparent(0, 0, 1, (byte) 0));
    assertThrows(IllegalArgumentException.class, () -> new Traceparent(1, 0, 0, (byte) 0));
  }
}
