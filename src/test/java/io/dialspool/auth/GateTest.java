package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final byte[] NOTHING = {};
  private static final String PUT = "/campaigns/spring/dial-requests";

  @Test
  void shouldLetPassWhatIsAskedOfNobody() {
    try (var port = new GatedPort(GatedPort.KEYS, Rule.management(false))) {
      assertEquals("200", port.send(Wire.get("/health/live")));
      assertEquals(List.of("GET /health/live by anyone"), port.passed);
      assertEquals("MissingAuthenticationTokenException", port.send(Wire.get("/metrics")));
      assertEquals(
          "200",
          port.send(
              Signing.header().by("AKIDREADER", "reader-secret").sign("GET", "/metrics", NOTHING)));
    }
  }

  @Test
  void shouldKeepThePresigningFromTheDoor() {
    try (var port = new GatedPort()) {
      Wire request =
          Signing.presigned(Duration.ofMinutes(5))
              .by("ASIASESSION", "session-secret")
              .session("session/token+1=")
              .sign(
                  "DELETE",
                  "/tags/arn%3A1",
                  List.of(Map.entry("tagKeys", "k/2"), Map.entry("tagKeys", "a+b")),
                  List.of(),
                  NOTHING);
      assertEquals("200", port.send(request));
      assertEquals(
          "200", port.send(Signing.header().sign("GET", "/spool", NOTHING).target("/spool?")));
      assertEquals(
          List.of(
              "DELETE /tags/arn%3A1?tagKeys=k%2F2&tagKeys=a%2Bb by ASIASESSION",
              "GET /spool? by AKIDEXAMPLE"),
          port.passed);
    }
  }

  @Test
  void shouldForgetTheLastCallerAtTheNextHead() {
    try (var port = new GatedPort(GatedPort.KEYS, Rule.management(false))) {
      port.send(Signing.header().sign("GET", "/metrics", NOTHING));
      assertEquals(new Caller("AKIDEXAMPLE", Set.of(Right.values())), port.caller());
      port.send(Wire.get("/health/live"));
      assertNull(port.caller());
    }
  }

  @Test
  void shouldAskNobodyWithoutAKeyFileButForCallsToAmazon() {
    try (var port = new GatedPort(Rule.api(true))) {
      assertEquals("200", port.send(new Wire("PUT", PUT, List.of(), new byte[10])));
      assertEquals("200", port.send(Wire.get("/spool")));
      GatedPort.Answer answer =
          port.answer(Signing.header().sign("GET", "/campaigns/spring", NOTHING).bytes());
      assertEquals("AccessDeniedException", answer.code());
      assertTrue(answer.text().contains("doors.keyFile"), answer.text());
      assertEquals(List.of("AccessDeniedException"), port.refused);
    }
  }

  @Test
  void shouldWantControlForCallsToAmazon() {
    try (var port = new GatedPort(GatedPort.KEYS, Rule.api(true))) {
      Signing reader = Signing.header().by("AKIDREADER", "reader-secret");
      assertEquals("AccessDeniedException", port.send(reader.sign("GET", "/campaigns/c", NOTHING)));
      assertEquals("200", port.send(reader.sign("GET", "/campaigns/c/spool", NOTHING)));
      assertEquals("200", port.send(Signing.header().sign("GET", "/campaigns/c", NOTHING)));
    }
  }

  @Test
  void shouldTakeUpChangedKeys() {
    try (var port = new GatedPort()) {
      Wire request = Signing.header().sign("GET", "/spool", NOTHING);
      assertEquals("200", port.send(request));
      port.source.write(GatedPort.KEYS.replace("AKIDEXAMPLE", "AKIDNEXT"));
      port.look();
      assertEquals("UnrecognizedClientException", port.send(request));
      assertEquals(
          "200",
          port.send(
              Signing.header().by("AKIDNEXT", "example-secret").sign("GET", "/spool", NOTHING)));
    }
  }

  @Test
  void shouldReadARefusedBodyAndKeepTheConnection() {
    try (var port = new GatedPort()) {
      Wire request = new Wire("PUT", PUT, List.of(), new byte[100_000]);
      byte[] bytes = request.bytes();
      assertEquals(0, port.answer(Arrays.copyOf(bytes, 50_000)).status());
      GatedPort.Answer answer = port.answer(Arrays.copyOfRange(bytes, 50_000, bytes.length));
      assertEquals("MissingAuthenticationTokenException", answer.code());
      assertTrue(port.isOpen() && !answer.closes());
      assertEquals("200", port.send(Signing.header().sign("GET", "/spool", NOTHING)));
    }
  }

  @Test
  void shouldAnswerAtOnceWhoWaitsForAWordBeforeItsBody() {
    try (var port = new GatedPort()) {
      Wire request = Wire.get(PUT).method("PUT").with("Expect", "100-continue");
      GatedPort.Answer answer = port.answer(request.with("Content-Length", "100").bytes());
      assertEquals("MissingAuthenticationTokenException", answer.code());
      assertTrue(answer.closes(), "who knows whether the body comes now");
    }
  }

  @Test
  void shouldAnswerAtOnceABodyThatIsTooLongToSkip() {
    try (var port = new GatedPort()) {
      GatedPort.Answer answer =
          port.answer(Wire.get(PUT).method("PUT").with("Content-Length", "999999999").bytes());
      assertEquals("MissingAuthenticationTokenException", answer.code());
      assertTrue(answer.closes());
    }
    try (var port = new GatedPort()) {
      Wire request = Wire.get(PUT).method("PUT").with("Transfer-Encoding", "chunked");
      assertEquals(0, port.answer(request.bytes()).status());
      String chunk = "100000\r\n" + "x".repeat(1 << 20) + "\r\n";
      GatedPort.Answer answer = new GatedPort.Answer(0, "", "");
      for (int i = 0; i < 7 && answer.status() == 0; i++) {
        answer = port.answer(chunk.getBytes(StandardCharsets.UTF_8));
      }
      assertEquals("MissingAuthenticationTokenException", answer.code());
      assertTrue(answer.closes());
    }
  }

  @Test
  void shouldAskForTheBodyItselfWhenTheSignatureNeedsIt() {
    try (var port = new GatedPort()) {
      byte[] body = new byte[100];
      Wire request =
          Signing.header()
              .by("AKIDREADER", "reader-secret")
              .signAsV1("PUT", PUT, List.of(), body)
              .with("Expect", "100-continue");
      byte[] bytes = request.bytes();
      GatedPort.Answer first = port.answer(Arrays.copyOf(bytes, bytes.length - body.length));
      assertEquals(100, first.status(), first.text());
      assertEquals("AccessDeniedException", port.answer(body).code());
      assertTrue(port.isOpen());
    }
  }
}
