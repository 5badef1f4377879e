package io.dialspool.whole;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's chromium without a window, driven by its own driver; nothing is downloaded. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String WANTED =
      " is missing: apt-get install chromium chromium-driver (.ci/run does)";

  private final ChromeDriver driver;
  private final List<String> complaints = new ArrayList<>();
  private final Set<String> hosts = new TreeSet<>();

  Browser() {
    var options = new ChromeOptions();
    options.setBinary(binary("chromium").toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1440,900");
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(binary("chromedriver").toFile())
                .build(),
            options);
  }

  private static Path binary(String name) {
    Path path = Path.of("/usr/bin", name);
    if (!Files.isExecutable(path)) {
      throw new AssertionError(path + WANTED);
    }
    return path;
  }

  // --- going there

  /** Loads the page anew, with nothing kept from an earlier test. */
  void open(String url, String hash) {
    driver.get(url + "/assets/icon.svg");
    run("sessionStorage.clear(); localStorage.clear()");
    driver.get(url + "/" + hash);
    await("the page is drawn", "return !!document.querySelector('.view, .locked')");
  }

  /** Closes the page. */
  void leave() {
    driver.get("about:blank");
  }

  void go(String hash) {
    run("location.hash = arguments[0]", hash);
  }

  void resize(int width, int height) {
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
  }

  void prefer(String scheme) {
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private void cdp(String command, Map<String, Object> parameters) {
    driver.executeCdpCommand(command, new HashMap<>(parameters));
  }

  // --- looking

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  void await(String what, String script, Object... arguments) {
    try {
      Service.await(what, PATIENCE, () -> Boolean.TRUE.equals(run(script, arguments)));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; the page says:\n" + text("body"), e);
    }
  }

  /** All visible text in the first element that fits; empty if none does. */
  String text(String css) {
    Object text = run("return document.querySelector(arguments[0])?.innerText", css);
    return text == null ? "" : text.toString();
  }

  void awaitText(String css, String part) {
    await(
        css + " says " + part,
        "return (document.querySelector(arguments[0])?.innerText || '').includes(arguments[1])",
        css,
        part);
  }

  boolean has(String css) {
    return Boolean.TRUE.equals(
        run(
            "return [...document.querySelectorAll(arguments[0])].some(e => e.checkVisibility())",
            css));
  }

  // --- doing

  WebElement find(String css) {
    await(
        css + " is there",
        "return [...document.querySelectorAll(arguments[0])].some(e => e.checkVisibility())",
        css);
    return driver.findElement(By.cssSelector(css));
  }

  void click(String css) {
    try {
      find(css).click();
    } catch (StaleElementReferenceException e) {
      find(css).click(); // it was drawn anew in between
    }
  }

  /** A button by what stands on it, in the first element that fits. */
  void press(String within, String label) {
    await(
        "the button " + label,
        "return [...document.querySelectorAll(arguments[0] + ' button')].some(b =>"
            + " b.checkVisibility() && !b.disabled && b.textContent.startsWith(arguments[1]))",
        within,
        label);
    run(
        "[...document.querySelectorAll(arguments[0] + ' button')].find(b => b.checkVisibility()"
            + " && b.textContent.startsWith(arguments[1])).click()",
        within,
        label);
  }

  void fill(String css, String text) {
    WebElement field = find(css);
    field.clear();
    field.sendKeys(text);
  }

  void choose(String css, String value) {
    await(
        value + " can be chosen",
        "return !!document.querySelector(arguments[0] + ' option[value=\"' + arguments[1] +"
            + " '\"]')",
        css,
        value);
    run(
        "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            + " s.dispatchEvent(new Event('change', {bubbles: true}))",
        css,
        value);
  }

  void type(Keys... keys) {
    for (Keys key : keys) {
      driver.switchTo().activeElement().sendKeys(key);
    }
  }

  /** Presses Tab until the focus is on what fits. */
  void tabTo(String css) {
    for (int i = 0; i < 60; i++) {
      type(Keys.TAB);
      if (Boolean.TRUE.equals(run("return document.activeElement.matches(arguments[0])", css))) {
        return;
      }
    }
    throw new AssertionError("Tab doesn't lead to " + css);
  }

  // --- judging

  /**
   * What the console complained of since the last time, breaches of the page's own policy too.
   *
   * @param expected what it may say, such as an answer's status
   */
  List<String> complaintsBut(String expected) {
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        complaints.add(entry.getLevel() + " " + entry.getMessage());
      }
    }
    List<String> told =
        complaints.stream().filter(one -> expected.isEmpty() || !one.contains(expected)).toList();
    complaints.clear();
    return told;
  }

  /** Host and port of all that was asked for so far. */
  Set<String> hosts() {
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = new Service.Answer(200, entry.getMessage()).json().path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        URI asked = URI.create(message.at("/params/request/url").asText());
        if (!List.of("data", "about", "blob").contains(asked.getScheme())) {
          hosts.add(String.valueOf(asked.getRawAuthority()));
        }
      }
    }
    return Set.copyOf(hosts);
  }

  /** What axe-core finds serious or worse; a line each. */
  List<String> accessibilityFaults() {
    run(axe());
    Object found =
        driver.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations"
                + ".filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ': ' +"
                + " v.nodes.map(n => n.html.slice(0, 150) + ' ' + (n.any[0]?.message ||"
                + " '')).join(' | '))), e => done([String(e)]))");
    return Stream.of(((List<?>) found).toArray()).map(String::valueOf).toList();
  }

  private static String axe() {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      if (in == null) {
        throw new AssertionError("axe.min.js is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
