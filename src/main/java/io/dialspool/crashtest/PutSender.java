package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** PutDialRequestBatch with a fixed number of items. */
final class PutSender extends Sender {
  /** Nothing was taken: send it again. */
  private static final Set<Integer> LATER = Set.of(429, 503);

  private final int items;
  private List<Lead> unanswered = List.of();

  PutSender(Scene scene, String name, SplittableRandom random, int items, long paceMs) {
    super(scene, name, random, paceMs);
    this.items = items;
  }

  @Override
  void turn() throws IOException, InterruptedException {
    List<Lead> leads = unanswered;
    if (leads.isEmpty()) {
      leads = draw(scene.campaigns().anyMixed(random), items);
    }
    unanswered = leads;
    try {
      unanswered = put(leads);
    } catch (ConnectException e) {
      throw e; // it never left
    } catch (IOException e) {
      unanswered = sendsAgain() ? leads : List.of();
      throw e;
    }
  }

  /** Puts them and says which are to be put again. */
  private List<Lead> put(List<Lead> leads) throws IOException, InterruptedException {
    long nowMs = scene.clock().epochMs();
    scene.ledger().sending(leads, nowMs);
    ObjectNode body = Door.JSON.createObjectNode();
    ArrayNode all = body.putArray("dialRequests");
    leads.forEach(lead -> all.add(lead.json(nowMs)));
    Door.Answer answer =
        scene
            .data()
            .call(
                "PUT",
                "/campaigns/" + leads.get(0).campaignId() + "/dial-requests",
                body.toString());
    if (LATER.contains(answer.status())) {
      return leads;
    }
    if (answer.status() != 200) {
      scene
          .ledger()
          .contradict(name() + ": " + answer.status() + " " + answer.json().path("message"));
      return List.of();
    }
    return judge(leads, answer.json());
  }

  private List<Lead> judge(List<Lead> leads, JsonNode answer) {
    Map<String, Lead> open = new HashMap<>();
    leads.forEach(lead -> open.put(lead.token(), lead));
    for (JsonNode taken : answer.path("successfulRequests")) {
      String token = taken.path("clientToken").asText();
      open.remove(token);
      scene.ledger().acknowledged(token, taken.path("id").asText());
    }
    List<Lead> again = new ArrayList<>();
    for (JsonNode failed : answer.path("failedRequests")) {
      Lead lead = open.remove(failed.path("clientToken").asText());
      JsonNode code = failed.path("failureCode");
      if (code.asText().equals("InvalidInput")) {
        refused(failed.path("clientToken").asText(), code);
      } else if (lead != null) {
        again.add(lead);
      }
    }
    open.keySet().forEach(token -> scene.ledger().contradict(token + " was not answered at all"));
    return again;
  }
}
