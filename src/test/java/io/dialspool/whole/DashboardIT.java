package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The dashboard of the built jar, in a real browser. */
class DashboardIT {
  private static final Duration HOURS = Duration.ofHours(4);
  private static final String READER = "a-token-that-reads";
  private static final String CONTROLLER = "a-token-that-controls";

  @TempDir static Path directory;

  private static Service service;
  private static Browser browser;
  private static String url;

  /** One that runs, with dead letters; one that is paused. */
  private static String runs;

  private static String paused;

  /** What this test makes the browser's console say. */
  private static String expected = "";

  @BeforeAll
  static void start() {
    service = Service.serve(directory.resolve("open"), "campaignService.callsPerSecond=100");
    url = service.url("management");
    browser = new Browser();
    String intake = service.url("intake");
    runs = Leads.running(intake, "it runs");
    Leads.putAll(intake, runs, "s", 0, 50, HOURS);
    Leads.putAll(intake, runs, "late", 100, 110, Duration.ofSeconds(30));
    paused = Leads.running(intake, "it is paused");
    Leads.change(intake, paused, "pause");
    Leads.putAll(intake, paused, "p", 200, 230, HOURS);
    Service.await(
        "all but what is paused is through",
        Duration.ofSeconds(20),
        () -> service.counts().path("expired").asInt() == 10 && service.unsettled() == 30);
  }

  @AfterAll
  static void stop() {
    browser.close();
    service.close();
  }

  @AfterEach
  void shouldHaveAskedNobodyElseAndComplainedOfNothing() {
    assertEquals(List.of(), browser.complaintsBut(expected));
    expected = "";
    for (String host : browser.hosts()) {
      assertTrue(host.matches("127\\.0\\.0\\.1:\\d+"), host);
    }
  }

  // --- looking

  @Test
  void shouldAccountForEveryRequest() {
    browser.open(url, "");
    browser.awaitText(".conservation", "It adds up");
    long sum =
        (Long)
            browser.run(
                "return [...document.querySelectorAll('.sum div:not(.whole) dd')].reduce((sum, e)"
                    + " => sum + Number(e.textContent.replaceAll(',', '')), 0)");
    assertEquals(service.counts().path("accepted").asLong(), sum);
    assertTrue(browser.has(".bar .part[data-colour=submitted]"));
    browser.awaitText(row(runs), "Running");
    browser.awaitText(row(paused), "it is paused");
    browser.awaitText(row(paused), "paused since ");
    browser.await(
        "the charts are drawn", "return document.querySelectorAll('.charts canvas').length === 4");
    browser.awaitText(".chart", "requests/s");
    assertTrue(browser.text("main").contains("closed: all is well"));
    browser.fill("#filter", "is paused");
    browser.await(
        "only the paused one is left",
        "return document.querySelectorAll('.campaigns tbody tr').length === 1");
    browser.fill("#filter", "nothing fits");
    browser.awaitText(".empty", "No campaign fits that.");
  }

  @Test
  void shouldKeepThePictureOfTheLastMinutesOverAReload() {
    browser.open(url, "");
    browser.await(
        "more than one point",
        "return fetch('/dashboard/live').then(async r => { const reader = r.body.getReader(); const"
            + " text = new TextDecoder().decode((await reader.read()).value); reader.cancel(); return"
            + " JSON.parse(/event: history\\ndata: (.*)/.exec(text)[1]).at.length > 1; })");
  }

  @Test
  void shouldTellOneCampaignsPast() {
    browser.open(url, "#/campaign/" + paused);
    browser.awaitText("h1", "it is paused");
    browser.awaitText(".lead", "Paused since ");
    browser.awaitText(".keys", "Waiting");
    browser.awaitText(".events", "Paused");
    browser.go("#/campaign/nobody-knows-it");
    expected = "status of 404";
    browser.awaitText(".view .fault", "No dial request of this campaign");
  }

  @Test
  void shouldTellTheStoryOfARequestWithoutItsNumber() {
    browser.open(url, "#/search");
    browser.fill("#token", "p-201");
    browser.type(Keys.ENTER);
    expected = "status of 404"; // each campaign that doesn't know it says so
    browser.awaitText(".story", "the campaign is paused, since ");
    browser.awaitText(".story", "resume the campaign; nothing is sent before that");
    browser.awaitText(".story", "+1206*****01");
    browser.fill("#token", "never-sent");
    browser.type(Keys.ENTER);
    browser.awaitText(".empty", "No request with this clientToken is known in any campaign");
  }

  // --- controlling

  @Test
  void shouldStartPauseResumeAndStopACampaignOnceThatIsConfirmed() {
    String campaign = Leads.created(service.url("intake"), "to be driven");
    Leads.putAll(service.url("intake"), campaign, "d", 300, 310, HOURS);
    browser.open(url, "");
    browser.click(row(campaign) + " [data-how=start]");
    browser.awaitText("dialog", "Its 10 queued requests will be sent");
    browser.press("dialog", "Cancel");
    assertEquals("Initialized", service.report(campaign).at("/gate/state").asText());
    drive(campaign, "start", "Running");
    Service.await(
        "they are sent",
        Duration.ofSeconds(20),
        () -> service.report(campaign).at("/counts/submitted").asInt() == 10);
    drive(campaign, "pause", "Paused");
    Leads.putAll(service.url("intake"), campaign, "d", 310, 320, HOURS);
    drive(campaign, "resume", "Running");
    drive(campaign, "pause", "Paused");
    Leads.putAll(service.url("intake"), campaign, "d", 320, 325, HOURS);
    drive(campaign, "stop", "Stopped");
    Service.await(
        "what waited is a dead letter",
        Duration.ofSeconds(20),
        () -> service.report(campaign).at("/counts/undeliverable").asInt() >= 5);
    assertFalse(browser.has(row(campaign) + " button"), "nothing is legal any more");
  }

  private static void drive(String campaign, String how, String state) {
    browser.click(row(campaign) + " [data-how=" + how + "]");
    browser.press("dialog", how.substring(0, 1).toUpperCase(java.util.Locale.ROOT));
    browser.awaitText(row(campaign) + " .state", state);
    browser.awaitText(".toasts", "to be driven is ");
  }

  @Test
  void shouldLeadTheKeyboardToEachAction() {
    browser.open(url, "");
    browser.find(row(paused) + " [data-how=resume]");
    browser.type(Keys.TAB);
    assertEquals("skip", browser.run("return document.activeElement.id"));
    browser.tabTo(row(paused) + " [data-how=resume]");
    browser.type(Keys.ENTER);
    browser.awaitText("dialog", "Resume it is paused?");
    browser.type(Keys.ESCAPE);
    browser.await("the dialog is gone", "return !document.querySelector('dialog')");
    browser.await(
        "the focus is back",
        "return document.activeElement.matches(arguments[0])",
        row(paused) + " [data-how=resume]");
    assertEquals("Paused", service.report(paused).at("/gate/state").asText());
  }

  @Test
  void shouldFindDeadLettersAndRedriveThemOnceTheyAreCounted() {
    browser.open(url, "#/dead-letters/" + runs);
    browser.awaitText(".letters", "late-100");
    assertEquals(10L, browser.run("return document.querySelectorAll('.letters tbody tr').length"));
    browser.awaitText(".letters", "+1206*****00");
    browser.choose("#dead-state", "REJECTED");
    browser.press("form", "Look");
    browser.awaitText("main .empty", "None of 10 dead letters fits.");
    browser.choose("#dead-state", "EXPIRED");
    browser.press(".redrive", "Count first");
    browser.awaitText(".redrive .result", "10 dead letters match: 10 would be redriven");
    browser.press(".redrive", "Redrive 10");
    browser.awaitText("dialog", "Each becomes a new request of it runs");
    browser.press("dialog", "Redrive them");
    browser.awaitText(".redrive .result", "10 redriven.");
    browser.awaitText(".letters", "ds-");
    Service.await(
        "they are sent",
        Duration.ofSeconds(20),
        () -> service.report(runs).at("/counts/submitted").asInt() == 60);
    browser.press(".redrive", "Count first");
    browser.awaitText(".redrive .result", "0 would be redriven, 10 redriven before");
  }

  @Test
  void shouldRecallAndSayExactlyHowMany() {
    browser.open(url, "#/recall/" + paused);
    browser.choose("#recall-campaign", paused);
    browser.fill("#recall-tokens", "not a token!");
    browser.press("form", "Recall");
    browser.awaitText(".result", "is no clientToken");
    browser.fill("#recall-tokens", "p-220\np-221\np-222 never-sent");
    browser.press("form", "Recall");
    browser.awaitText("dialog", "Recall 4 requests?");
    browser.press("dialog", "Recall");
    browser.awaitText(".small-table", "cancelled\t3");
    browser.awaitText(".small-table", "unknown\t1");
    assertEquals("CANCELLED", service.status(paused, "p-221").path("state").asText());
    browser.open(url, "#/recall/" + runs);
    browser.choose("#recall-campaign", runs);
    browser.fill("#recall-tokens", "s-1");
    browser.press("form", "Recall");
    browser.press("dialog", "Recall");
    browser.awaitText(".small-table", "too late: submitted\t1");
    expected = "Failed to load resource"; // 404 and 409
  }

  @Test
  void shouldRecallFromARequestsStory() {
    browser.open(url, "#/search/" + paused + "/p-229");
    browser.press(".stories", "Recall");
    browser.awaitText("dialog", "Recall p-229?");
    browser.press("dialog", "Recall it");
    browser.awaitText(".story", "recalled before it was sent");
    assertEquals("CANCELLED", service.status(paused, "p-229").path("state").asText());
  }

  // --- who may

  @Test
  void shouldAskForAKeyAndKeepItToItsRights() throws Exception {
    Path keys =
        Files.writeString(
            directory.resolve("keys.yaml"),
            """
            keys:
              - name: looker
                bearerSha256: %s
                rights: [read]
              - name: driver
                bearerSha256: %s
                rights: [read, control, submit]
            """
                .formatted(sha256(READER), sha256(CONTROLLER)));
    try (var guarded =
        Service.serve(
            directory.resolve("guarded"),
            "doors.keyFile=" + keys,
            "campaignService.callsPerSecond=100")) {
      String intake = guarded.url("intake");
      String page = guarded.url("management");
      Map<String, String> controller = Map.of("Authorization", "Bearer " + CONTROLLER);
      String campaign =
          Service.call(
                  "PUT",
                  intake + "/campaigns",
                  "application/json",
                  "{\"name\":\"guarded\",\"connectInstanceId\":\"i-1\",\"dialerConfig\":"
                      + "{\"progressiveDialerConfig\":{\"bandwidthAllocation\":1.0}},"
                      + "\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\"}}",
                  controller)
              .json()
              .path("id")
              .asText();
      String start = "/campaigns/" + campaign + "/start";
      assertEquals(
          200, Service.call("POST", intake + start, "", "", controller).status(), "started");
      Service.call(
          "PUT",
          intake + "/campaigns/" + campaign + "/dial-requests",
          "application/json",
          Leads.body(List.of(Leads.item("g-1", 1, Duration.ofSeconds(30)))),
          controller);

      expected = "status of 403";
      browser.open(page, "");
      browser.awaitText(".locked", "A key is needed");
      enterKey("nobody-knows-it");
      browser.awaitText(".locked", "The bearer token is not known here.");

      enterKey(READER);
      browser.awaitText(row(campaign), "Running");
      browser.awaitText("#key", "looker: read only");
      assertFalse(browser.has(row(campaign) + " button"));
      browser.go("#/recall");
      browser.awaitText("main", "Needs the right control.");
      assertFalse(browser.has("#recall-tokens"));
      assertEquals(403L, status("POST", "/campaigns/" + campaign + "/pause", READER));
      assertEquals(403L, status("DELETE", "/campaigns/" + campaign + "/dial-requests/g", READER));
      assertEquals(200L, status("GET", "/spool", READER));
      browser.go("#/dead-letters/" + campaign);
      browser.awaitText(".letters", "+1206*****01");

      browser.click("#key");
      browser.fill("dialog input", CONTROLLER);
      browser.press("dialog", "Use it");
      browser.awaitText("#key", "driver: control");
      browser.press("form", "Look");
      browser.awaitText(".letters", Leads.number(1));
      browser.go("#/");
      browser.click(row(campaign) + " [data-how=pause]");
      browser.press("dialog", "Pause");
      browser.awaitText(row(campaign) + " .state", "Paused");

      browser.click("#key");
      browser.press("dialog", "Forget it");
      browser.awaitText(".locked", "A key is needed");
      assertFalse(browser.has(".campaigns"));
    }
  }

  private static void enterKey(String token) {
    browser.press(".locked", "Enter key");
    browser.fill("dialog input", token);
    browser.press("dialog", "Use it");
  }

  /** Of a call that the page itself would not make. */
  private static Object status(String method, String path, String token) {
    return browser.run(
        "return fetch(arguments[1], {method: arguments[0], headers: {'Content-Type':"
            + " 'application/json', Authorization: 'Bearer ' + arguments[2]}}).then(r => r.status)",
        method,
        path,
        token);
  }

  @Test
  void shouldOnlyShowItselfToAnotherMachineWithoutAKeyFile() throws SocketException {
    Optional<InetAddress> address = addressOfTheNetwork();
    if (address.isEmpty()) {
      return; // this machine is on no network
    }
    try (var open =
        Service.serve(
            directory.resolve("network"),
            "management.address=0.0.0.0",
            "doors.openToTheNetwork=true")) {
      int port = URI.create(open.url("management")).getPort();
      String other = "http://" + address.get().getHostAddress() + ":" + port;
      assertEquals(200, Service.get(other + "/spool").status());
      Service.Answer refused =
          Service.call("POST", other + "/campaigns/c-1/pause", "application/json", "");
      assertEquals(403, refused.status());
      assertTrue(refused.body().contains("doors.keyFile"), refused.body());
      String here = open.url("management");
      assertEquals(
          404,
          Service.call("POST", here + "/campaigns/c-1/pause", "application/json", "").status(),
          "from this machine it gets as far as the target");
    }
  }

  private static Optional<InetAddress> addressOfTheNetwork() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(one -> one.isSiteLocalAddress() && !one.isLoopbackAddress())
        .findFirst();
  }

  @Test
  void shouldLetNoPageOfAnotherSiteControl() {
    String pause = url + "/campaigns/" + runs + "/pause";
    assertEquals(400, Service.call("POST", pause, "text/plain", "").status());
    assertEquals(400, Service.call("POST", pause, "", "").status());
    assertEquals(
        403,
        Service.call(
                "POST", pause, "application/json", "", Map.of("Origin", "https://evil.example"))
            .status());
    Service.Answer asked =
        Service.call(
            "OPTIONS",
            pause,
            "",
            "",
            Map.of("Origin", "http://localhost:1", "Access-Control-Request-Method", "POST"));
    assertEquals(404, asked.status());
    assertEquals("Running", service.report(runs).at("/gate/state").asText());
    assertEquals(404, Leads.put(url, runs, Leads.item("x", 1, HOURS)).status());
  }

  // --- trouble

  @Test
  void shouldSayThatTheServerIsGoneAndGoOnWhenItReturns() {
    int port = freePort();
    Path data = directory.resolve("gone");
    String[] sets = {"management.port=" + port};
    String page;
    try (var first = Service.serve(data, sets)) {
      page = first.url("management");
      browser.open(page, "");
      browser.awaitText("main", "No campaign yet.");
      browser.awaitText("#link", "Live");
      first.kill();
      browser.awaitText("#banner", "The server doesn’t answer. What you see is from ");
      browser.awaitText("#link", "Reconnecting");
    }
    try (var second = Service.serve(data, sets)) {
      browser.awaitText("#link", "Live");
      browser.await("the banner is gone", "return document.getElementById('banner').hidden");
      String campaign = Leads.created(second.url("intake"), "after the restart");
      Leads.put(second.url("intake"), campaign, Leads.item("r-1", 1, HOURS));
      browser.awaitText(row(campaign), "Initialized");
      browser.leave();
    }
    expected = "net::ERR_";
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- for everybody

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void shouldHaveNoSeriousFaultOfAccessibility(String scheme) {
    browser.prefer(scheme);
    try {
      for (String view : views()) {
        browser.open(url, view);
        browser.await("drawn", "return !document.body.innerText.includes('Looking…')");
        assertEquals(scheme, browser.run("return document.documentElement.dataset.theme"));
        assertEquals(List.of(), browser.accessibilityFaults(), view);
      }
      browser.open(url, "");
      browser.click(row(paused) + " [data-how=stop]");
      assertEquals(List.of(), browser.accessibilityFaults(), "dialog");
      browser.press("dialog", "Cancel");
    } finally {
      browser.prefer("light");
    }
  }

  @Test
  void shouldFitOnAPhone() {
    browser.resize(390, 844);
    try {
      for (String view : views()) {
        browser.open(url, view);
        browser.await(
            view + " is no wider than the screen",
            "return document.documentElement.scrollWidth <= 390");
      }
      browser.open(url, "");
      browser.find(row(paused) + " [data-how=resume]");
      assertTrue(
          (Boolean)
              browser.run(
                  "return document.querySelector(arguments[0]).getBoundingClientRect().right <="
                      + " 390",
                  row(paused) + " [data-how=resume]"));
    } finally {
      browser.resize(1440, 900);
    }
  }

  @Test
  void shouldChangeItsTheme() {
    browser.open(url, "");
    Set<Object> themes = new java.util.HashSet<>();
    for (int i = 0; i < 3; i++) {
      browser.click("#theme");
      themes.add(browser.text("#theme"));
    }
    assertEquals(Set.of("Theme: auto", "Theme: light", "Theme: dark"), themes);
  }

  private static List<String> views() {
    return List.of(
        "",
        "#/campaign/" + paused,
        "#/search/" + paused + "/p-205",
        "#/dead-letters/" + runs,
        "#/recall/" + paused);
  }

  private static String row(String campaign) {
    return "tr:has(a[href='#/campaign/" + campaign + "'])";
  }

  private static String sha256(String token) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
  }
}
