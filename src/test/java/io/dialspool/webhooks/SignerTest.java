package io.dialspool.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignerTest {
  private static final byte[] KEY = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

  /** The example that the specification's own libraries are tested with. */
  @Test
  void shouldSignAsTheSpecificationsLibrariesDo() {
    assertEquals(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        new Signer(List.of(KEY)).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY));
  }

  @Test
  void shouldSignWithBothKeysWhileOneIsBeingExchanged() {
    byte[] another = new byte[32];
    String[] both =
        new Signer(List.of(another, KEY))
            .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY)
            .split(" ", -1);
    assertEquals(2, both.length);
    assertTrue(both[0].startsWith("v1,"), both[0]);
    assertEquals("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", both[1]);
  }
}
