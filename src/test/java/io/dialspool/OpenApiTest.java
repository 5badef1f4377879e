package io.dialspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dialspool.config.ConfigLoader;
import io.dialspool.intake.OwnCall;
import io.dialspool.metrics.ManagementServer;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code config/openapi.yaml} says what the running server does: every call, every answer. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
  private static final String CAMPAIGN =
      """
      {"name":"%s","connectInstanceId":"i-1",
       "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1.0}},
       "outboundCallConfig":{"connectContactFlowId":"f-1","connectQueueId":"q-1"}}
      """;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @SuppressWarnings("NullAway.Init")
  private static HttpServer hook;

  /** What the webhook brought. */
  private static final Queue<HttpExchange> DELIVERIES = new ConcurrentLinkedQueue<>();

  private static final Queue<String> DELIVERED = new ConcurrentLinkedQueue<>();

  @SuppressWarnings("NullAway.Init")
  private static Dialspool service;

  @SuppressWarnings("NullAway.Init")
  private static ObjectNode document;

  @SuppressWarnings("NullAway.Init")
  private static SchemaRegistry schemas;

  /** Each call and status that an answer was seen of. */
  private static final Set<String> SEEN = new TreeSet<>();

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    document =
        (ObjectNode)
            new ObjectMapper(new YAMLFactory()).readTree(Path.of("config/openapi.yaml").toFile());
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext("/", OpenApiTest::receive);
    hook.start();
    service =
        Dialspool.start(
            ConfigLoader.load(
                null,
                Map.of(),
                Map.of(
                    "intake.port", "0",
                    "management.port", "0",
                    "campaignService.port", "0",
                    "spool.directory", directory.resolve("spool").toString(),
                    "campaignService.directory", directory.resolve("service").toString(),
                    "webhooks.crm.url", "http://127.0.0.1:" + hook.getAddress().getPort(),
                    "webhooks.crm.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    "webhooks.crm.lingerMs", "10")),
            Clock.SYSTEM);
  }

  @AfterAll
  static void stop() {
    service.close();
    hook.stop(0);
  }

  private static void receive(HttpExchange call) throws IOException {
    DELIVERED.add(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    DELIVERIES.add(call);
    call.sendResponseHeaders(204, -1);
    call.close();
  }

  @Test
  void shouldDocumentEveryCallOfEachPortAndNoOther() {
    var served = new TreeSet<String>();
    served.add("PUT /campaigns/{id}/dial-requests"); // of the campaign API, answered by ourselves
    for (OwnCall call : OwnCall.values()) {
      served.add(call.method() + " " + call.path());
    }
    for (String path : ManagementServer.PATHS) {
      served.add("GET " + path);
    }
    for (var call : io.dialspool.campaignservice.OwnCall.values()) {
      served.add(call.method() + " " + call.path());
    }
    assertEquals(served, documented());
  }

  @Test
  void shouldAnswerEveryDocumentedCallAtThePortThatTheDocumentNames() throws Exception {
    for (String call : documented()) {
      String[] parts = call.split(" ", 2);
      String path = parts[1].replaceAll("\\{\\w+}", "x");
      HttpResponse<String> answer = send(parts[0], url(parts[1]) + path, "");
      assertNotEquals(405, answer.statusCode(), call);
      assertNotEquals(
          "UnknownOperationException",
          answer.headers().firstValue("x-amzn-ErrorType").orElse(""),
          call);
    }
  }

  @Test
  void shouldGiveEachOperationAnIdOfItsOwnAndPointNowhereInVain() {
    List<JsonNode> ids = document.findValues("operationId");
    assertEquals(
        documented().size() + document.path("webhooks").size(),
        ids.stream().map(JsonNode::asText).distinct().count());
    for (JsonNode reference : document.findValues("$ref")) {
      assertTrue(reference.asText().startsWith("#/"), reference::asText);
      assertFalse(document.at(reference.asText().substring(1)).isMissingNode(), reference::asText);
    }
    expectNoNull("", document); // what a comma in the wrong place makes of a sentence
  }

  @Test
  void shouldAnswerAsTheDocumentSays() throws Exception {
    String data = service.intakeUrl();
    String campaign = create("described");
    String requests = data + "/campaigns/" + campaign + "/dial-requests";
    String template = "/campaigns/{id}/dial-requests";
    String one = template + "/{clientToken}";

    expect(200, "PUT", template, requests, batch(lead("t-1", 1), lead("t-2", 2), bad("t-3")));
    expect(200, "POST", template, requests, "{}\nnot json\n" + lead("t-1", 1) + "\n");
    expect(400, "PUT", template, requests, "{\"dialRequests\":[]}");
    expect(404, "PUT", template, data + "/campaigns/none/dial-requests", batch(lead("t", 1)));
    expect(200, "GET", one, requests + "/t-1", "");
    expect(404, "GET", one, requests + "/t-9", "");
    expect(200, "DELETE", one, requests + "/t-2", "");
    expect(404, "DELETE", one, requests + "/t-9", "");
    String many = "/campaigns/{id}/recall";
    String recall = data + "/campaigns/" + campaign + "/recall";
    expect(200, "POST", many, recall, "{\"filter\":{\"all\":true},\"dryRun\":true}");
    expect(200, "POST", many, recall, "{\"filter\":{\"phoneNumber\":\"+12065550999\"}}");
    expect(400, "POST", many, recall, "{\"filter\":{}}");

    send("POST", service.targetUrl() + "/campaigns/" + campaign + "/start", "");
    awaitEnd(requests + "/t-1");
    expect(200, "GET", one, requests + "/t-1", "");
    expect(409, "DELETE", one, requests + "/t-1", "");
    send("POST", data + "/campaigns/" + campaign + "/pause", "");
    expect(200, "PUT", template, requests, batch(lead("t-5", 5)));
    send("POST", data + "/campaigns/" + campaign + "/stop", "");
    awaitEnd(requests + "/t-5");
    expect(409, "PUT", template, requests, batch(lead("t-6", 6)));

    String ours = data + "/campaigns/" + campaign;
    expect(200, "GET", "/campaigns/{id}/spool", ours + "/spool", "");
    expect(404, "GET", "/campaigns/{id}/spool", data + "/campaigns/none/spool", "");
    expect(200, "GET", "/spool", data + "/spool", "");
    expect(200, "GET", "/spool/campaigns", data + "/spool/campaigns", "");
    String feed = expect(200, "GET", "/campaigns/{id}/outcomes", ours + "/outcomes", "");
    assertEquals(3, feed.lines().count(), feed);
    expect(400, "GET", "/campaigns/{id}/outcomes", ours + "/outcomes?after=x", "");
    String dead = expect(200, "GET", "/campaigns/{id}/dead-letters", ours + "/dead-letters", "");
    assertEquals(1, dead.lines().count(), dead);
    String redrive = "/campaigns/{id}/dead-letters/redrive";
    expect(200, "POST", redrive, data + redrive.replace("{id}", campaign), "{\"dryRun\":true}");
    expect(
        409,
        "POST",
        redrive,
        data + redrive.replace("{id}", campaign),
        "{\"deadline\":\"" + Instant.now().plusSeconds(3_600) + "\"}");
    expect(400, "POST", redrive, data + redrive.replace("{id}", campaign), "{\"dryrun\":true}");

    expect(200, "GET", "/webhooks", data + "/webhooks", "");
    String hooks = data + "/webhooks/";
    expect(200, "GET", "/webhooks/{name}/dead-letters", hooks + "crm/dead-letters", "");
    expect(404, "GET", "/webhooks/{name}/dead-letters", hooks + "erp/dead-letters", "");
    expect(200, "POST", "/webhooks/{name}/redeliver", hooks + "crm/redeliver", "{}");
    expect(400, "POST", "/webhooks/{name}/redeliver", hooks + "crm/redeliver", "{\"id\":1}");
    expectDeliveries();

    String management = service.managementUrl();
    expect(200, "GET", "/health/live", management + "/health/live", "");
    expect(200, "GET", "/health/ready", management + "/health/ready", "");
    expect(200, "GET", "/metrics", management + "/metrics", "");

    String target = service.targetUrl();
    String question = "?campaign=" + campaign;
    assertFalse(
        expect(200, "GET", "/dial-requests", target + "/dial-requests" + question, "").isEmpty());
    expect(400, "GET", "/dial-requests", target + "/dial-requests", "");
    expect(200, "GET", "/contacts", target + "/contacts" + question, "");
    expect(200, "PUT", "/faults", target + "/faults", "{\"latencyMs\":1,\"share429\":0.1}");
    expect(200, "GET", "/faults", target + "/faults", "");
    expect(400, "PUT", "/faults", target + "/faults", "{\"share429\":2}");
    expect(200, "PUT", "/faults", target + "/faults", "{}");
    expect(
        200,
        "PUT",
        "/campaign-states",
        target + "/campaign-states",
        "{\"campaignId\":\"" + campaign + "\",\"state\":\"Failed\"}");
    for (String call : documented()) {
      assertTrue(SEEN.contains(call + " 200"), "no answer was looked at: " + call);
    }
  }

  private static void expectNoNull(String at, JsonNode node) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      assertFalse(member.getValue().isNull(), at + "/" + member.getKey());
      expectNoNull(at + "/" + member.getKey(), member.getValue());
    }
    if (node.isArray()) {
      node.forEach(item -> expectNoNull(at, item));
    }
  }

  private static void expectDeliveries() throws IOException {
    for (int i = 0; i < 1_200 && DELIVERIES.isEmpty(); i++) {
      LockSupport.parkNanos(50_000_000);
    }
    JsonNode post = document.at("/webhooks/outcomes/post");
    for (JsonNode header : post.path("parameters")) {
      String text = DELIVERIES.element().getRequestHeaders().getFirst(header.path("name").asText());
      String pattern = header.at("/schema/pattern").asText("^\\d{10}$");
      assertTrue(text.matches(pattern), header.path("name").asText() + ": " + text);
    }
    String schema = post.at("/requestBody/content/application~1json/schema/$ref").asText();
    for (String body : DELIVERED) {
      assertEquals(List.of(), schema(schema).validate(JSON.readTree(body)), body);
    }
  }

  // --- the document

  private static Set<String> documented() {
    return document.path("paths").properties().stream()
        .flatMap(
            path ->
                path.getValue().properties().stream()
                    .filter(member -> METHODS.contains(member.getKey()))
                    .map(member -> member.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Where the running service serves what the document places at a default port. */
  private static String url(String path) {
    String server =
        document
            .path("paths")
            .path(path)
            .at("/servers/0/url")
            .asText(document.at("/servers/0/url").asText());
    return switch (URI.create(server).getPort()) {
      case 8025 -> service.intakeUrl();
      case 8026 -> service.managementUrl();
      default -> service.targetUrl();
    };
  }

  /** Calls and holds what is answered to what the document says; returns the body. */
  private static String expect(int status, String method, String path, String url, String body)
      throws Exception {
    assertTrue(url.startsWith(url(path)), url);
    HttpResponse<String> answer = send(method, url, body);
    String call = method + " " + path;
    assertEquals(status, answer.statusCode(), call + ": " + answer.body());
    JsonNode response =
        resolved(
            document
                .path("paths")
                .path(path)
                .path(method.toLowerCase(Locale.ROOT))
                .path("responses")
                .path("" + status));
    String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
    JsonNode content = response.path("content").path(type);
    assertFalse(content.isMissingNode(), call + " " + status + " is not said to be " + type);
    SEEN.add(call + " " + status);
    if (type.startsWith("text/")) {
      return answer.body();
    }
    Schema schema = schema(content.path("schema").path("$ref").asText());
    for (String line :
        type.contains("ndjson") ? answer.body().lines().toList() : List.of(answer.body())) {
      assertEquals(List.of(), schema.validate(JSON.readTree(line)), call + ": " + line);
    }
    return answer.body();
  }

  private static JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : document.at(reference.substring(1));
  }

  private static Schema schema(String reference) {
    assertTrue(reference.startsWith("#/components/schemas/"), reference);
    ObjectNode whole = JSON.createObjectNode();
    whole.put("$ref", reference);
    whole.set("components", document.path("components"));
    return schemas.getSchema(
        SchemaLocation.of("https://dialspool.invalid/" + reference.hashCode()), whole);
  }

  // --- the server

  private static HttpResponse<String> send(String method, String url, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (method.equals("POST") && url.endsWith("/dial-requests")) {
      request.header("Content-Type", "application/x-ndjson");
    } else if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String create(String name) throws Exception {
    HttpResponse<String> answer =
        send("PUT", service.intakeUrl() + "/campaigns", CAMPAIGN.formatted(name));
    return JSON.readTree(answer.body()).path("id").asText();
  }

  private static void awaitEnd(String request) throws Exception {
    for (int i = 0; i < 1_200; i++) {
      String state = JSON.readTree(send("GET", request, "").body()).path("state").asText();
      if (!Set.of("QUEUED", "IN_FLIGHT").contains(state)) {
        return;
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError("no end of " + request);
  }

  private static String batch(String... items) {
    return "{\"dialRequests\":[" + String.join(",", items) + "]}";
  }

  private static String lead(String token, int i) {
    return item(token, "+1206555" + (1_000 + i));
  }

  private static String bad(String token) {
    return item(token, "none");
  }

  private static String item(String token, String number) {
    var members = new ArrayList<String>();
    members.add("\"clientToken\":\"" + token + "\"");
    members.add("\"phoneNumber\":\"" + number + "\"");
    members.add("\"expirationTime\":\"" + Instant.now().plusSeconds(3_600) + "\"");
    members.add("\"attributes\":{\"name\":\"x\"}");
    return "{" + String.join(",", members) + "}";
  }
}
