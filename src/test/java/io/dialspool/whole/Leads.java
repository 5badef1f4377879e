package io.dialspool.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Dial requests as senders write them. */
final class Leads {
  private Leads() {}

  /** A number of its own for each {@code i}, full and national. */
  static String number(int i) {
    return "+1206%07d".formatted(2_000_000 + i);
  }

  static String in(Duration ahead) {
    return Instant.now().plus(ahead).toString();
  }

  static ObjectNode item(String token, int i, Duration deadline) {
    ObjectNode item =
        Service.JSON
            .createObjectNode()
            .put("clientToken", token)
            .put("phoneNumber", number(i))
            .put("expirationTime", in(deadline));
    item.putObject("attributes").put("customer", "lead-" + i).put("region", "north");
    return item;
  }

  static String body(List<ObjectNode> items) {
    ObjectNode body = Service.JSON.createObjectNode();
    items.forEach(body.putArray("dialRequests")::add);
    return body.toString();
  }

  static Service.Answer put(String url, String campaign, String body) {
    return Service.call(
        "PUT", url + "/campaigns/" + campaign + "/dial-requests", "application/json", body);
  }

  static Service.Answer put(String url, String campaign, ObjectNode... items) {
    return put(url, campaign, body(List.of(items)));
  }

  /** Items {@code prefix-from} to {@code prefix-(to - 1)} in batches of 25; all must be taken. */
  static void putAll(
      String url, String campaign, String prefix, int from, int to, Duration deadline) {
    for (int first = from; first < to; first += 25) {
      List<ObjectNode> items =
          IntStream.range(first, Math.min(to, first + 25))
              .mapToObj(i -> item(prefix + "-" + i, i, deadline))
              .toList();
      Service.Answer answer = put(url, campaign, body(items));
      if (answer.json().path("successfulRequests").size() != items.size()) {
        throw new AssertionError("not taken: " + answer);
      }
    }
  }

  /** A CSV with columns clientToken, phone, first_name and tier. */
  static Path csv(Path file, String prefix, int from, int to) {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("clientToken,phone,first_name,tier\n");
      for (int i = from; i < to; i++) {
        out.write(prefix + "-" + i + "," + number(i) + ",Lead " + i + "," + (i % 3) + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  static List<String> tokens(String prefix, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> prefix + "-" + i).toList();
  }

  /** The tokens of the campaign service's record, in order of arrival. */
  static List<String> recorded(String targetUrl, String campaign) {
    return Service.record(targetUrl, campaign).stream()
        .map(line -> line.path("clientToken").asText())
        .toList();
  }

  /** Whether the record has each of {@code tokens} once and nothing else. */
  static void expectEachOnce(List<JsonNode> record, List<String> tokens) {
    Set<String> seen = new HashSet<>();
    List<String> wrong = new ArrayList<>();
    for (JsonNode line : record) {
      if (!seen.add(line.path("clientToken").asText())) {
        wrong.add("twice: " + line.path("clientToken").asText());
      }
    }
    tokens.stream().filter(token -> !seen.contains(token)).forEach(t -> wrong.add("missing: " + t));
    if (!wrong.isEmpty() || seen.size() != tokens.size()) {
      throw new AssertionError(
          record.size()
              + " in the record for "
              + tokens.size()
              + " tokens; "
              + wrong.subList(0, Math.min(5, wrong.size())));
    }
  }

  /** Creates and starts a campaign, within the service's quota of life cycle calls. */
  static String running(String url, String name) {
    String campaign = created(url, name);
    change(url, campaign, "start");
    return campaign;
  }

  static String created(String url, String name) {
    var id = new ArrayList<String>();
    Service.await(
        "create " + name,
        Duration.ofSeconds(10),
        () -> {
          String campaign = Service.createCampaign(url, name);
          id.add(campaign);
          return !campaign.isEmpty();
        });
    return id.get(id.size() - 1);
  }

  static void change(String url, String campaign, String how) {
    Service.await(
        how + " " + campaign,
        Duration.ofSeconds(10),
        () -> Service.change(url, campaign, how) == 200);
  }
}
