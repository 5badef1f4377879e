package io.dialspool.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.api.Operation.Version;
import java.util.Collections;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperationsTest {
  private static final Operation PUT = Operations.named(Version.V1, "PutDialRequestBatch");
  private static final String ITEM =
      "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\","
          + "\"expirationTime\":\"2026-11-20T12:05:00Z\",\"attributes\":{}}";

  /** The contract's section 2, in its order and its short words. */
  private static final String TABLE =
      """
      CreateCampaign PUT /campaigns AD CE ISE RNF SQ TH VE idem 1/2
      DeleteCampaign DELETE /campaigns/{id} AD ISE RNF VE void idem 1/2
      DescribeCampaign GET /campaigns/{id} AD ISE RNF VE 25/35
      ListCampaigns POST /campaigns-summary AD ISE VE 5/10
      GetCampaignState GET /campaigns/{id}/state AD ISE RNF TH VE 5/10
      GetCampaignStateBatch POST /campaigns-state AD ISE TH VE 5/10
      StartCampaign POST /campaigns/{id}/start AD CE ICS ISE RNF TH VE void 1/2
      PauseCampaign POST /campaigns/{id}/pause AD CE ICS ISE RNF TH VE void 1/2
      ResumeCampaign POST /campaigns/{id}/resume AD CE ICS ISE RNF TH VE void 1/2
      StopCampaign POST /campaigns/{id}/stop AD CE ICS ISE RNF TH VE void 1/2
      PutDialRequestBatch PUT /campaigns/{id}/dial-requests AD CE ICS ISE RNF TH VE idem 10/10
      UpdateCampaignName POST /campaigns/{id}/name AD CE ISE RNF VE void idem 1/2
      UpdateCampaignDialerConfig POST /campaigns/{id}/dialer-config AD CE ISE RNF VE void idem 1/2
      UpdateCampaignOutboundCallConfig POST /campaigns/{id}/outbound-call-config AD CE ISE RNF TH VE void idem 1/2
      StartInstanceOnboardingJob PUT /connect-instance/{connectInstanceId}/onboarding AD CE ISE RNF TH VE idem 2/5
      GetInstanceOnboardingJobStatus GET /connect-instance/{connectInstanceId}/onboarding AD ISE RNF VE 2/5
      DeleteInstanceOnboardingJob DELETE /connect-instance/{connectInstanceId}/onboarding AD IS ISE RNF VE void idem 2/5
      GetConnectInstanceConfig GET /connect-instance/{connectInstanceId}/config AD ISE RNF VE 2/5
      DeleteConnectInstanceConfig DELETE /connect-instance/{connectInstanceId}/config AD IS ISE RNF TH VE void idem 2/5
      ListTagsForResource GET /tags/{arn} AD ISE RNF TH VE idem 1/2
      TagResource POST /tags/{arn} AD ISE RNF TH VE void idem 1/2
      UntagResource DELETE /tags/{arn} AD ISE RNF TH VE void idem 1/2
      """;

  private static final Map<DeclaredError, String> SHORT =
      Map.of(
          DeclaredError.VALIDATION, "VE",
          DeclaredError.SERVICE_QUOTA_EXCEEDED, "SQ",
          DeclaredError.ACCESS_DENIED, "AD",
          DeclaredError.RESOURCE_NOT_FOUND, "RNF",
          DeclaredError.CONFLICT, "CE",
          DeclaredError.INVALID_STATE, "IS",
          DeclaredError.INVALID_CAMPAIGN_STATE, "ICS",
          DeclaredError.THROTTLING, "TH",
          DeclaredError.INTERNAL_SERVER, "ISE");

  @Test
  void shouldBeTheContractsTable() {
    assertEquals(
        TABLE,
        Operations.ALL.stream()
            .filter(operation -> operation.version() == Version.V1)
            .map(OperationsTest::row)
            .collect(Collectors.joining("\n", "", "\n")));
  }

  private static String row(Operation operation) {
    var errors = new TreeSet<String>();
    operation.errors().forEach(error -> errors.add(SHORT.get(error)));
    return operation.name()
        + " "
        + operation.method()
        + " "
        + operation.path()
        + " "
        + String.join(" ", errors)
        + (operation.isVoid() ? " void" : "")
        + (operation.isIdempotent() ? " idem" : "")
        + " "
        + (int) operation.callsPerSecond()
        + "/"
        + operation.burst();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /campaigns/c-1, DescribeCampaign, id, c-1",
    "GET, /campaigns/a%20b%3Ac%2Fd, DescribeCampaign, id, a b:c/d",
    "GET, /campaigns/a+b?x=y/z, DescribeCampaign, id, a+b",
    "GET, /campaigns/, DescribeCampaign, id, ''",
    "DELETE, /tags/arn%3Aaws%3Ac%2Fd?tagKeys=a, UntagResource, arn, arn:aws:c/d",
    "PUT, /connect-instance/i-1/onboarding, StartInstanceOnboardingJob, connectInstanceId, i-1",
    "POST, /v2/campaigns/a%2Fb/start, StartCampaign, id, a/b"
  })
  void shouldSplitThePathBeforeItDecodes(
      String method, String path, String name, String label, String value) {
    var match = Operations.find(method, path).orElseThrow();
    assertEquals(name, match.operation().name());
    assertEquals(Map.of(label, value), match.labels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /campaigns",
        "POST /campaigns/c-1",
        "GET /campaigns/c-1/",
        "GET /campaigns/c-1/state/",
        "get /campaigns/c-1",
        "GET /tags/arn:a/b",
        "GET //campaigns/c-1",
        "PUT /v2/campaigns",
        "GET /v2/campaigns/c-1",
        "PUT /v2/campaigns/c-1/outbound-requests"
      })
  void shouldKnowNoOtherCall(String call) {
    int blank = call.indexOf(' ');
    assertTrue(Operations.find(call.substring(0, blank), call.substring(blank + 1)).isEmpty());
  }

  @Test
  void shouldReadWhatTheShapesKnowAndDropTheRest() {
    String body =
        "{\"x\":[{}],\"dialRequests\":[{\"attributes\":{\"a\":\"é\",\"gone\":null},\"more\":null,"
            + "\"expirationTime\":1763683200.5,\"phoneNumber\":\"+1\",\"clientToken\":\"\"}]}";
    assertEquals(
        "{\"id\":\"c-1\",\"dialRequests\":[{\"attributes\":{\"a\":\"é\"},"
            + "\"expirationTime\":\"2025-11-21T00:00:00.500Z\",\"phoneNumber\":\"+1\","
            + "\"clientToken\":\"\"}]}",
        PUT.read(Map.of("id", "c-1"), "", body.getBytes(UTF_8)).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T12:05:00Z, 2026-11-20T12:05:00Z",
    "2026-11-20T12:05:00.123456Z, 2026-11-20T12:05:00.123456Z",
    "2026-11-20t14:05:00.5+02:00, 2026-11-20T12:05:00.500Z"
  })
  void shouldReadEveryFormOfATime(String written, String read) {
    String body = "{\"dialRequests\":[" + ITEM.replace("2026-11-20T12:05:00Z", written) + "]}";
    assertEquals(
        read,
        PUT.read(Map.of("id", "c-1"), "", body.getBytes(UTF_8))
            .at("/dialRequests/0/expirationTime")
            .textValue());
  }

  @Test
  void shouldTakeAnEmptyBodyForNoMembersWhereNoneIsRequired() {
    Operation list = Operations.named(Version.V1, "ListCampaigns");
    assertEquals("{}", list.read(Map.of(), "", new byte[0]).toString());
    Operation update = Operations.named(Version.V1, "UpdateCampaignOutboundCallConfig");
    assertEquals("{\"id\":\"c\"}", update.read(Map.of("id", "c"), "", new byte[0]).toString());
    assertEquals(
        "body: empty (expected: one JSON object)", refusal(PUT, Map.of("id", "c-1"), "", ""));
  }

  @Test
  void shouldReadARepeatedQueryMember() {
    Operation untag = Operations.named(Version.V1, "UntagResource");
    Map<String, String> arn = Map.of("arn", "arn:aws:connect-campaigns:us-east-1:1:campaign/c");
    assertEquals(
        "[\"a+b\",\"k/2\"]",
        untag.read(arn, "tagKeys=a%2Bb&x=y&tagKeys=k%2F2", new byte[0]).path("tagKeys").toString());
    assertEquals("[]", untag.read(arn, "", new byte[0]).path("tagKeys").toString());
    assertEquals(
        "tagKeys[1]: 0 characters (expected: 1 to 128 characters)",
        refusal(untag, arn, "tagKeys=a&tagKeys", ""));
    assertEquals(
        "tagKeys: 51 items (expected: 0 to 50 items)",
        refusal(untag, arn, String.join("&", Collections.nCopies(51, "tagKeys=a")), ""));
    assertEquals(
        "arn: breaks the pattern (expected: arn:.*)",
        refusal(untag, Map.of("arn", "x".repeat(20)), "", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | body: unreadable JSON (expected: one JSON object)",
        "[] | body: array (expected: one JSON object)",
        "null | body: null (expected: one JSON object)",
        "{} | dialRequests: missing (expected: 1 to 25 items)",
        "{\"dialRequests\":null} | dialRequests: null (expected: 1 to 25 items)",
        "{\"dialRequests\":{}} | dialRequests: object (expected: array)",
        "{\"dialRequests\":[]} | dialRequests: 0 items (expected: 1 to 25 items)",
        "{\"dialRequests\":[null]} | dialRequests[0]: null (expected: object)",
        "{\"dialRequests\":[I,7]} | dialRequests[1]: number (expected: object)",
        "{\"dialRequests\":[I] | body: unreadable JSON (expected: one JSON object)",
        "{\"dialRequests\":[I]}{} | body: more than one JSON value (expected: one JSON object)",
        "{\"dialRequests\":[I],\"dialRequests\":[I]} | dialRequests: given twice (expected: once)",
        "{\"dialRequests\":[{\"clientToken\":5}]} | dialRequests[0].clientToken: number (expected: string)",
        "{\"dialRequests\":[{\"clientToken\":null}]} | dialRequests[0].clientToken: null (expected: string)",
        "{\"dialRequests\":[{\"clientToken\":\"t\"}]} | dialRequests[0].phoneNumber: missing (expected: string)",
        "{\"dialRequests\":[{\"expirationTime\":\"soon\"}]} | dialRequests[0].expirationTime: not a time (expected: RFC 3339 as in 2026-11-20T12:05:00Z)",
        "{\"dialRequests\":[{\"attributes\":{\"+1 206\":\"\"}}]} | dialRequests[0].attributes: breaks the pattern in a name (expected: [a-zA-Z0-9\\-_]+)",
        "{\"dialRequests\":[{\"attributes\":{\"a\":7}}]} | dialRequests[0].attributes: number as a value (expected: string)",
        "{\"dialRequests\":[{\"attributes\":{\"a\":\"\\ud83d\"}}]} | dialRequests[0].attributes: half a surrogate pair in a value (expected: Unicode text)",
        "{\"dialRequests\":[{\"attributes\":{\"a\":\"\",\"\\u0061\":\"\"}}]} | dialRequests[0].attributes: a name given twice (expected: once)"
      })
  void shouldSayWhereWhatAndWhy(String body, String message) {
    assertEquals(message, refusal(PUT, Map.of("id", "c"), "", body.replace("I", ITEM)));
  }

  @Test
  void shouldBoundNestingAndInsistOnUtf8() {
    for (String deep : new String[] {"[".repeat(40), "[".repeat(5_000) + "]".repeat(5_000)}) {
      assertEquals(
          "body: nested too deep or a number too long (expected: at most 32 levels and 100 digits)",
          refusal(PUT, Map.of("id", "c"), "", "{\"x\":" + deep + "}"));
    }
    byte[] latin = "{\"x\":\"é\"}".getBytes(ISO_8859_1);
    assertEquals(
        "body: not UTF-8 (expected: JSON in UTF-8)",
        assertThrows(BrokenShapeException.class, () -> PUT.read(Map.of("id", "c"), "", latin))
            .getMessage());
  }

  @Test
  void shouldRefuseAnEmptyLabel() {
    Operation describe = Operations.named(Version.V1, "DescribeCampaign");
    assertEquals(
        "id: 0 characters (expected: 1 to 256 characters)",
        refusal(describe, Map.of("id", ""), "", ""));
  }

  private static String refusal(
      Operation operation, Map<String, String> labels, String query, String body) {
    return assertThrows(
            BrokenShapeException.class, () -> operation.read(labels, query, body.getBytes(UTF_8)))
        .getMessage();
  }
}
