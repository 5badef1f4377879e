package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation of the API. Source: contract section 2 for the paths, section 9 for the quotas.
 *
 * @param path its segments; {@code {}} stands for a label
 * @param callsPerSecond rate of its token bucket (PutDialRequestBatch: the configuration's)
 * @param burst size of that bucket
 * @param reader makes the call from labels and body
 */
record Operation(
    String name,
    String method,
    List<String> path,
    double callsPerSecond,
    int burst,
    Reader reader) {
  private static final String PUT_DIAL_REQUEST_BATCH = "PutDialRequestBatch";

  /** Every operation served. */
  static final List<Operation> TABLE =
      List.of(
          change(
              "CreateCampaign",
              "PUT /campaigns",
              (labels, body) -> {
                NewCampaign campaign = NewCampaign.read(Shape.ofBody(body));
                return campaigns -> campaigns.createCampaign(campaign);
              }),
          of(
              "DescribeCampaign",
              "GET /campaigns/{}",
              25,
              35,
              onCampaign(OutboundCampaigns::describeCampaign)),
          of(
              "ListCampaigns",
              "POST /campaigns-summary",
              5,
              10,
              (labels, body) -> {
                CampaignQuery query = CampaignQuery.read(Shape.ofBody(body));
                return campaigns -> campaigns.listCampaigns(query);
              }),
          of(
              "GetCampaignState",
              "GET /campaigns/{}/state",
              5,
              10,
              onCampaign(OutboundCampaigns::getCampaignState)),
          of(
              "GetCampaignStateBatch",
              "POST /campaigns-state",
              5,
              10,
              (labels, body) -> {
                List<String> ids =
                    Shape.ofBody(body).strings("campaignIds", 1, 25, 256, CampaignLabel.FORM);
                return campaigns -> campaigns.getCampaignStateBatch(ids);
              }),
          change(
              "StartCampaign",
              "POST /campaigns/{}/start",
              onCampaign(OutboundCampaigns::startCampaign)),
          change(
              "PauseCampaign",
              "POST /campaigns/{}/pause",
              onCampaign(OutboundCampaigns::pauseCampaign)),
          change(
              "ResumeCampaign",
              "POST /campaigns/{}/resume",
              onCampaign(OutboundCampaigns::resumeCampaign)),
          change(
              "StopCampaign",
              "POST /campaigns/{}/stop",
              onCampaign(OutboundCampaigns::stopCampaign)),
          change(
              "DeleteCampaign",
              "DELETE /campaigns/{}",
              onCampaign(OutboundCampaigns::deleteCampaign)),
          of(
              PUT_DIAL_REQUEST_BATCH,
              "PUT /campaigns/{}/dial-requests",
              10,
              10,
              (labels, body) -> {
                String id = CampaignLabel.checked(labels.get(0));
                List<DialRequest> requests = DialRequest.readBatch(Shape.ofBody(body));
                return campaigns -> campaigns.putDialRequestBatch(id, requests);
              }));

  /** Makes an action of a call's labels, decoded, and its body. Throws {@link Refused}. */
  interface Reader {
    Action read(List<String> labels, byte[] body);
  }

  /** What a call does; null for an empty answer. Throws {@link Refused}. */
  interface Action {
    @Nullable ObjectNode perform(OutboundCampaigns campaigns);
  }

  /** An action on one campaign that needs no body. */
  interface CampaignAction {
    @Nullable ObjectNode perform(OutboundCampaigns campaigns, String id);
  }

  boolean isPut() {
    return name.equals(PUT_DIAL_REQUEST_BATCH);
  }

  /** The labels if method and path are this operation's, else null. */
  @Nullable List<String> match(String calledMethod, List<String> segments) {
    if (!method.equals(calledMethod) || segments.size() != path.size()) {
      return null;
    }
    var labels = new ArrayList<String>();
    for (int i = 0; i < path.size(); i++) {
      if (path.get(i).equals("{}")) {
        labels.add(segments.get(i));
      } else if (!path.get(i).equals(segments.get(i))) {
        return null;
      }
    }
    return labels;
  }

  // 1 a second, burst 2: whatever changes a campaign.
  private static Operation change(String name, String route, Reader reader) {
    return of(name, route, 1, 2, reader);
  }

  private static Operation of(
      String name, String route, double callsPerSecond, int burst, Reader reader) {
    int blank = route.indexOf(' ');
    List<String> path = List.of(route.substring(blank + 2).split("/", -1));
    return new Operation(name, route.substring(0, blank), path, callsPerSecond, burst, reader);
  }

  private static Reader onCampaign(CampaignAction action) {
    return (labels, body) -> {
      String id = CampaignLabel.checked(labels.get(0));
      return campaigns -> action.perform(campaigns, id);
    };
  }
}
