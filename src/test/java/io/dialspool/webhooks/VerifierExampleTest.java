package io.dialspool.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verifiers of {@code src/docs/examples} take what we sign, and nothing else. */
class VerifierExampleTest {
  private static final Path EXAMPLES = Path.of("src", "docs", "examples");
  private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHER = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  private static final String BODY = "{\"type\":\"dialspool.outcomes\"}";
  private static final long NOW = 1_614_265_330;

  /** One of the two languages. */
  private interface Verifier {
    boolean isGenuine(String signatures, String body, long timestamp) throws Exception;
  }

  @Test
  void shouldVerifyInJava(@TempDir Path directory) throws Exception {
    String source = EXAMPLES.resolve("VerifyWebhook.java").toString();
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", directory.toString(), source));
    try (var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Method method =
          loader
              .loadClass("VerifyWebhook")
              .getMethod(
                  "isGenuine",
                  String.class,
                  String.class,
                  String.class,
                  String.class,
                  byte[].class,
                  long.class);
      expectJudgement(
          (signatures, body, timestamp) ->
              (boolean)
                  method.invoke(
                      null,
                      "whsec_" + SECRET,
                      "msg_1",
                      "" + timestamp,
                      signatures,
                      body.getBytes(StandardCharsets.UTF_8),
                      NOW));
    }
  }

  @Test
  void shouldVerifyInPython() throws Exception {
    assumeTrue(hasPython(), "skipped: no python3 on this machine");
    expectJudgement(
        (signatures, body, timestamp) ->
            new ProcessBuilder(
                        "python3",
                        "-B",
                        "-c",
                        "import sys; sys.path.insert(0, sys.argv[1]); import verify_webhook;"
                            + " sys.exit(0 if verify_webhook.is_genuine('whsec_' + sys.argv[2],"
                            + " {'webhook-id': 'msg_1', 'webhook-timestamp': sys.argv[3],"
                            + " 'webhook-signature': sys.argv[4]}, sys.argv[5].encode(),"
                            + " int(sys.argv[6])) else 3)",
                        EXAMPLES.toString(),
                        SECRET,
                        "" + timestamp,
                        signatures,
                        body,
                        "" + NOW)
                    .inheritIO()
                    .start()
                    .waitFor()
                == 0);
  }

  private static void expectJudgement(Verifier verifier) throws Exception {
    String genuine = sign(SECRET, NOW);
    assertEquals(true, verifier.isGenuine(genuine, BODY, NOW));
    assertEquals(true, verifier.isGenuine(sign(OTHER, NOW) + " " + genuine, BODY, NOW));
    assertEquals(false, verifier.isGenuine(sign(OTHER, NOW), BODY, NOW));
    assertEquals(false, verifier.isGenuine(genuine, BODY + " ", NOW));
    assertEquals(false, verifier.isGenuine(genuine, BODY, NOW - 1));
    assertEquals(false, verifier.isGenuine(sign(SECRET, NOW - 301), BODY, NOW - 301));
  }

  private static String sign(String secret, long timestamp) {
    return new Signer(List.of(Base64.getDecoder().decode(secret)))
        .sign("msg_1", timestamp, BODY.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
