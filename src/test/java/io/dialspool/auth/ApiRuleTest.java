package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiRuleTest {
  private static final String ARN =
      "arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A1%3Acampaign%2Fc-1";

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        // the spool's own
        "PUT, /campaigns/c-1/dial-requests, submit, c-1, ours",
        "POST, /campaigns/c-1/dial-requests, submit, c-1, stream",
        "POST, /campaigns/c-1/dial-requests?x=y, submit, c-1, stream",
        "GET, /campaigns/c-1/dial-requests/t-1, read, c-1, ours",
        "DELETE, /campaigns/c-1/dial-requests/t-1, control, c-1, ours",
        "PUT, /campaigns/c-1/dial-requests/t-1, control, c-1, ours",
        "GET, /campaigns/c-1/spool, read, c-1, ours",
        "GET, /campaigns/c-1/outcomes?follow=true, read, c-1, ours",
        "GET, /campaigns/c-1/dead-letters, read, c-1, ours",
        "POST, /campaigns/c-1/dead-letters/redrive, control, c-1, ours",
        "GET, /spool, read, none, ours",
        "GET, /webhooks, read, none, ours",
        "GET, /webhooks/crm/dead-letters, read, none, ours",
        "POST, /webhooks/crm/redeliver, control, none, ours",
        // the campaign API
        "PUT, /campaigns, control, none, passed",
        "DELETE, /campaigns/c-1, control, c-1, passed",
        "GET, /campaigns/c-1, read, c-1, passed",
        "GET, /campaigns/a%20b%3Ac%2Fd, read, a b:c/d, passed",
        "POST, /campaigns-summary, read, none, passed",
        "GET, /campaigns/c-1/state, read, c-1, passed",
        "POST, /campaigns-state, read, none, passed",
        "POST, /campaigns/c-1/start, control, c-1, passed",
        "POST, /campaigns/c-1/pause, control, c-1, passed",
        "POST, /campaigns/c-1/resume, control, c-1, passed",
        "POST, /campaigns/c-1/stop, control, c-1, passed",
        "POST, /campaigns/c-1/name, control, c-1, passed",
        "POST, /campaigns/c-1/dialer-config, control, c-1, passed",
        "POST, /campaigns/c-1/outbound-call-config, control, c-1, passed",
        "PUT, /connect-instance/i-1/onboarding, control, none, passed",
        "GET, /connect-instance/i-1/onboarding, read, none, passed",
        "DELETE, /connect-instance/i-1/onboarding, control, none, passed",
        "GET, /connect-instance/i-1/config, read, none, passed",
        "DELETE, /connect-instance/i-1/config, control, none, passed",
        "GET, /tags/" + ARN + ", read, c-1, passed",
        "POST, /tags/" + ARN + ", control, c-1, passed",
        "DELETE, /tags/" + ARN + "?tagKeys=a, control, c-1, passed",
        "GET, /tags/arn%3Aaws%3Aconnect%3Aus-east-1%3A1%3Acampaign%2Fc-1, read, none, passed",
        // its second version
        "POST, /v2/campaigns/c-1/pause, control, c-1, passed",
        "GET, /v2/campaigns/c-1/state, read, c-1, passed",
        "POST, /v2/campaigns-state, read, none, passed",
        "PUT, /v2/campaigns/c-1/outbound-requests, submit, c-1, passed",
        "PUT, /v2/campaigns/c-1/profile-outbound-requests, submit, c-1, passed",
        "POST, /v2/campaigns/c-1/outbound-requests, control, c-1, passed",
        "PUT, /v2/campaigns/c-1/dial-requests, control, c-1, passed",
        "GET, /v2/tags/" + ARN + ", read, c-1, passed",
        "GET, /v2/spool, read, none, passed",
        // the campaign service's own
        "PUT, /faults, control, none, passed",
        "GET, /faults, read, none, passed",
        "GET, /dial-requests?campaign=c-1, read, none, passed",
        // nobody's
        "GET, /, read, none, passed",
        "POST, /v2, control, none, passed",
        "GET, /campaigns/, read, '', passed",
        "PUT, /campaigns//dial-requests, submit, '', ours",
        "PUT, //campaigns/c-1/dial-requests, control, none, passed",
        "PUT, /campaigns/../c-1/dial-requests, control, .., passed",
        "GET, *, control, none, passed",
        "PUT, campaigns/c-1/dial-requests, control, none, passed",
        "GET, http://localhost/campaigns/c-1, control, none, passed",
        "PATCH, /anything, control, none, passed"
      })
  void shouldDemandOfEachCall(
      String method, String uri, String right, String campaign, String kind) {
    Demand demand = Rule.api(false).of(method, uri);
    assertEquals(right, String.valueOf(demand.right()));
    assertEquals(campaign, demand.campaign());
    assertEquals(kind.equals("passed"), demand.passedOn());
    assertEquals(kind.equals("stream"), demand.streamed());

    Demand atAmazon = Rule.api(true).of(method, uri);
    assertEquals(
        kind.equals("passed") ? "control" : right, String.valueOf(atAmazon.right()), "at Amazon");
    assertEquals(campaign, atAmazon.campaign());
  }

  @Test
  void shouldAskNobodyForHealth() {
    Rule rule = Rule.management(false);
    assertEquals(Demand.NOTHING, rule.of("GET", "/health/live"));
    assertEquals(Demand.NOTHING, rule.of("GET", "/health/ready?verbose"));
    assertEquals(Right.READ, rule.of("GET", "/metrics").right());
    assertEquals(Right.READ, rule.of("GET", "/healthy").right());
    assertEquals(Right.CONTROL, rule.of("POST", "/metrics").right());
  }

  @Test
  void shouldAskNobodyForTheDashboardsPageAndReadersForWhatItShows() {
    Rule rule = Rule.management(false);
    for (String page : List.of("/", "/?x=1", "/favicon.ico", "/assets/main.js")) {
      assertEquals(Demand.NOTHING, rule.of("GET", page), page);
      assertEquals(Demand.NOTHING, rule.of("HEAD", page), page);
      assertEquals(Right.CONTROL, rule.of("POST", page).right(), page);
    }
    assertEquals(Right.READ, rule.of("GET", "/dashboard/live").right());
    assertEquals(Right.READ, rule.of("GET", "/dashboard/../assets/").right());
    assertEquals(Right.READ, rule.of("GET", "//assets/main.js").right());
  }

  @Test
  void shouldDemandForTheDataPortsCallsWhatTheyDemandThere() {
    for (boolean atAmazon : new boolean[] {false, true}) {
      Rule rule = Rule.management(atAmazon);
      for (String call :
          List.of(
              "POST /campaigns/c-1/pause",
              "POST /campaigns-summary",
              "GET /campaigns/c-1/spool",
              "DELETE /campaigns/c-1/dial-requests/t-1",
              "POST /campaigns/c-1/dead-letters/redrive",
              "GET /spool")) {
        String[] parts = call.split(" ", 2);
        assertEquals(Rule.api(atAmazon).of(parts[0], parts[1]), rule.of(parts[0], parts[1]), call);
      }
    }
  }
}
