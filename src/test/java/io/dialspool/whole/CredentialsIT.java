package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * AWS's ways to credentials, before a server that plays STS, the container's metadata and the
 * target, and writes down who signed what.
 */
class CredentialsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Pattern SIGNED_BY = Pattern.compile(".*Credential=([^/]+)/.*");
  private static final String ROLE = "arn:aws:iam::111122223333:role/dialspool";

  @TempDir Path directory;

  private final Map<String, String> signedBy = new ConcurrentHashMap<>();
  private final List<Map<String, String>> sts = new CopyOnWriteArrayList<>();
  private volatile String containerKey = "ASIACONTAINER";
  private volatile String refusedKey = "";
  private HttpServer server;
  private HttpServer stsServer;
  private String url;
  private Path log;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::target);
    server.createContext("/container", this::container);
    server.start();
    url = url(server);
    stsServer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    stsServer.createContext("/", this::sts);
    stsServer.start();
    log = directory.resolve("serve.log");
  }

  @AfterEach
  void close() {
    server.stop(0);
    stsServer.stop(0);
  }

  @Test
  void shouldSignForEachTargetWithItsOwnCredentials() throws IOException {
    Path config = directory.resolve("config");
    Path token = Files.writeString(directory.resolve("token"), "a.web.identity");
    Files.writeString(
        config,
        "[profile ops]\naws_access_key_id=AKIAPROFILE\naws_secret_access_key=s3cret\n"
            + "[profile web]\nrole_arn="
            + ROLE
            + "\nweb_identity_token_file="
            + token
            + "\nrole_session_name=web-profile\n");
    var environment = environment();
    environment.put("AWS_CONFIG_FILE", config.toString());
    environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", url + "/container");
    try (Service service =
        Service.serveIn(
            environment,
            log,
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + url,
            "targets.profile.endpoint=" + url,
            "targets.profile.region=us-west-2",
            "targets.profile.profile=ops",
            "targets.profile.campaigns=profile-*",
            "targets.role.endpoint=" + url,
            "targets.role.region=eu-central-1",
            "targets.role.profile=ops",
            "targets.role.roleArn=" + ROLE,
            "targets.role.roleSessionName=spool-7",
            "targets.role.roleExternalId=outside",
            "targets.role.campaigns=role-*",
            "targets.web.endpoint=" + url,
            "targets.web.region=eu-west-2",
            "targets.web.profile=web",
            "targets.web.campaigns=web-*",
            "routing.lookup=false")) {
      assertEquals("ASIACONTAINER", signer(service, "any"));
      assertEquals("AKIAPROFILE", signer(service, "profile-1"));
      assertEquals("ASIAEXAMPLEROLE", signer(service, "role-1"));
      assertEquals("ASIAWEB", signer(service, "web-1"));
      Map<String, String> assumed = sts("AssumeRole");
      assertEquals(ROLE, assumed.get("RoleArn"));
      assertEquals("spool-7", assumed.get("RoleSessionName"));
      assertEquals("outside", assumed.get("ExternalId"));
      assertEquals("AKIAPROFILE", assumed.get("signedBy"));
      assertEquals("a.web.identity", sts("AssumeRoleWithWebIdentity").get("WebIdentityToken"));

      // AWS no longer knows the container's: the next ones are fetched, nobody is restarted.
      containerKey = "ASIACONTAINER2";
      refusedKey = "ASIACONTAINER";
      Service.await(
          "the new ones are used",
          PATIENCE,
          () ->
              call(service, "any").status() == 200 && "ASIACONTAINER2".equals(signedBy.get("any")));
    }
    String said = said();
    assertTrue(
        said.contains("target role: credentials from an assumed role, key id …ROLE, account"),
        said);
    assertTrue(said.contains("target default: credentials from the container, key id …INER"), said);
    assertFalse(said.contains("s3cret") || said.contains("AKIAPROFILE"), said);
  }

  @Test
  void shouldAssumeARoleByTheWebIdentityOfTheEnvironment() throws IOException {
    var environment = environment();
    environment.put("AWS_ROLE_ARN", ROLE);
    environment.put(
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        Files.writeString(directory.resolve("token"), "a.web.identity").toString());
    try (Service service =
        Service.serveIn(
            environment,
            log,
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + url,
            "target.account=111122223333")) {
      assertEquals("ASIAWEB", signer(service, "any"));
    }
  }

  @Test
  void shouldStartWithoutCredentialsAndTakeThemWhenTheyCome() throws IOException {
    Path file = directory.resolve("credentials");
    var environment = environment();
    environment.put("AWS_SHARED_CREDENTIALS_FILE", file.toString());
    try (Service service =
        Service.serveIn(
            environment,
            log,
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + url,
            "target.account=111122223333")) {
      assertEquals(503, call(service, "any").status());
      assertEquals(503, Leads.put(service.url("intake"), "any", lead()).status());
      assertEquals(Map.of(), signedBy);
      Files.writeString(file, credentials("AKIAOTHER", "444455556666"));
      Service.await(
          "those of another account are refused",
          PATIENCE,
          () ->
              call(service, "any").status() == 503
                  && logged("they are of account 444455556666 (expected: 111122223333)"));
      Files.writeString(file, credentials("AKIALATE", "111122223333"));
      Service.await("they are taken", PATIENCE, () -> call(service, "any").status() == 200);
      assertEquals("AKIALATE", signedBy.get("any"));
    }
    assertTrue(logged("target default has no new credentials: Unable to load credentials"));
  }

  // --- the service

  private static com.fasterxml.jackson.databind.node.ObjectNode lead() {
    return Leads.item("t-1", 1, Duration.ofHours(1));
  }

  private static String credentials(String key, String account) {
    return "[default]\naws_access_key_id="
        + key
        + "\naws_secret_access_key=s3cret\naws_account_id="
        + account
        + "\n";
  }

  private boolean logged(String text) {
    return said().contains(text);
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Map<String, String> environment() {
    var environment = new HashMap<String, String>();
    environment.put("AWS_CONFIG_FILE", directory.resolve("none").toString());
    environment.put("AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString());
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.put("AWS_REGION", "us-east-1");
    environment.put("AWS_ENDPOINT_URL_STS", url(stsServer));
    return environment;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static Service.Answer call(Service service, String campaign) {
    return Service.get(service.url("intake") + "/campaigns/" + campaign);
  }

  private String signer(Service service, String campaign) {
    Service.Answer answer = call(service, campaign);
    assertEquals(200, answer.status(), () -> answer.body() + said());
    return signedBy.getOrDefault(campaign, "nobody");
  }

  private Map<String, String> sts(String action) {
    return sts.stream().filter(call -> action.equals(call.get("Action"))).findFirst().orElseThrow();
  }

  // --- AWS's side

  private static String signerOf(HttpExchange exchange) {
    String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    Matcher matcher = SIGNED_BY.matcher(header);
    return matcher.matches() ? matcher.group(1) : "";
  }

  private void target(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String key = signerOf(exchange);
    if (key.equals(refusedKey)) {
      exchange.getResponseHeaders().set("x-amzn-ErrorType", "ExpiredTokenException");
      answer(exchange, 403, "application/json", "{\"message\":\"expired\"}");
      return;
    }
    signedBy.put(path.substring(path.lastIndexOf('/') + 1), key);
    answer(exchange, 200, "application/json", "{}");
  }

  private void sts(HttpExchange exchange) throws IOException {
    var call = new HashMap<String, String>();
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    for (String pair : form.split("&", -1)) {
      int equals = pair.indexOf('=');
      call.put(
          pair.substring(0, equals),
          URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    call.put("signedBy", signerOf(exchange));
    sts.add(call);
    String action = call.getOrDefault("Action", "");
    String key = action.equals("AssumeRole") ? "ASIAEXAMPLEROLE" : "ASIAWEB";
    answer(
        exchange,
        200,
        "text/xml",
        ("<%1$sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%1$sResult>"
                + "<AssumedRoleUser><AssumedRoleId>AROA:spool</AssumedRoleId>"
                + "<Arn>arn:aws:sts::111122223333:assumed-role/dialspool/spool</Arn>"
                + "</AssumedRoleUser><Credentials><AccessKeyId>%2$s</AccessKeyId>"
                + "<SecretAccessKey>s3cret</SecretAccessKey><SessionToken>session</SessionToken>"
                + "<Expiration>%3$s</Expiration></Credentials></%1$sResult></%1$sResponse>")
            .formatted(action, key, Instant.now().plusSeconds(3_600)));
  }

  private void container(HttpExchange exchange) throws IOException {
    answer(
        exchange,
        200,
        "application/json",
        """
        {"AccessKeyId":"%s","SecretAccessKey":"s3cret","Token":"session","Expiration":"%s"}
        """
            .formatted(containerKey, Instant.now().plusSeconds(3_600)));
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
