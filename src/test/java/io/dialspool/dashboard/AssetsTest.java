package io.dialspool.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssetsTest {
  private static final Path FILES = Path.of("src/main/resources/io/dialspool/dashboard");
  private static final Pattern LOADED =
      Pattern.compile("(?:from '\\./|(?:src|href)=\"/assets/)([^'\"]+)['\"]");

  private final Dashboard dashboard =
      new Dashboard(
          new FakeDesk(),
          call -> {
            throw new AssertionError(call.uri());
          },
          io.dialspool.time.Clock.SYSTEM,
          Runnable::run,
          () -> {});

  private Visit.Answer get(String path, String... headers) {
    return new Visit(dashboard, Visit.HERE).call("GET", path, headers);
  }

  @Test
  void shouldServeThePageUnderAPolicyThatLetsNothingInFromElsewhere() {
    Visit.Answer page = get("/?x=1");
    assertEquals(200, page.status());
    assertEquals("text/html; charset=utf-8", page.headers().get("Content-Type"));
    String policy = page.headers().get("Content-Security-Policy");
    for (String rule :
        List.of(
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "frame-ancestors 'none'")) {
      assertTrue((policy + ";").contains(rule + ";"), policy);
    }
    assertFalse(policy.contains("unsafe"), policy);
    assertEquals("nosniff", page.headers().get("X-Content-Type-Options"));
    assertEquals("no-referrer", page.headers().get("Referrer-Policy"));
  }

  @Test
  void shouldServeWhatThePageAndItsModulesLoad() throws Exception {
    var loaded = new TreeSet<String>();
    try (Stream<Path> files = Files.walk(FILES, 1)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Matcher names = LOADED.matcher(Files.readString(file));
        while (names.find()) {
          loaded.add(names.group(1));
        }
      }
    }
    assertTrue(loaded.size() > 15, loaded.toString());
    for (String name : loaded) {
      assertEquals(200, get("/assets/" + name).status(), name);
    }
  }

  @Test
  void shouldHaveNothingInlineAndNoOtherHost() throws Exception {
    String page = Files.readString(FILES.resolve("index.html"));
    assertFalse(
        Pattern.compile("<style|\\son\\w+=|\\sstyle=|<script(?! src)").matcher(page).find());
    try (Stream<Path> files = Files.walk(FILES, 1)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file).replace("http://www.w3.org/2000/svg", "");
        assertFalse(text.contains("http://") || text.contains("https://"), file.toString());
        assertFalse(text.contains("innerHTML") || text.contains("eval("), file.toString());
      }
    }
  }

  @Test
  void shouldSayThatAFileIsTheSameOnlyIfItIs() {
    Visit.Answer style = get("/assets/style.css");
    String tag = style.headers().get("ETag");
    Visit.Answer again = get("/assets/style.css", "If-None-Match", tag);
    assertEquals(304, again.status());
    assertEquals("", again.body());
    assertEquals(200, get("/assets/main.js", "If-None-Match", tag).status());
  }

  @Test
  void shouldCarryTheChartLibraryAsItWasPublished() throws Exception {
    // uplot 1.6.32 of registry.npmjs.org
    assertEquals(
        "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
        sha256("uplot/uPlot.iife.min.js"));
    assertEquals(
        "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
        sha256("uplot/uPlot.min.css"));
    assertTrue(Files.readString(FILES.resolve("uplot/LICENSE")).startsWith("The MIT License"));
  }

  private static String sha256(String name) throws Exception {
    byte[] bytes = Files.readAllBytes(FILES.resolve(name));
    assertTrue(new String(bytes, StandardCharsets.UTF_8).contains("uplot"), name);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
