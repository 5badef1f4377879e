package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignState;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.Space.Access;
import io.dialspool.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the service remembers, on disk. Changes gather in one batch until {@link #commit} makes them
 * durable together; tokens of the open batch are found like those on disk.
 *
 * <table>
 * <caption>Spaces</caption>
 * <tr><td>campaigns</td><td>id → ordinal, state and description as JSON; kept when deleted</td></tr>
 * <tr><td>requests</td><td>id ‖ sequence → its line of the record, without {@code times}</td></tr>
 * <tr><td>tokens</td><td>id ‖ token → sequence, time of creation</td></tr>
 * <tr><td>repeats</td><td>id ‖ sequence → how often its token came again</td></tr>
 * <tr><td>contacts</td><td>id ‖ sequence → {@link Contact}, once it has left the buffer</td></tr>
 * <tr><td>dialers</td><td>id → {@link Dialer#state}</td></tr>
 * <tr><td>instances</td><td>an instance's id → its onboarding as JSON</td></tr>
 * </table>
 */
final class Ledger implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Space CAMPAIGNS = new Space("campaigns", Access.ORDERED);
  private static final Space REQUESTS = new Space("requests", Access.ORDERED);
  private static final Space TOKENS = new Space("tokens", Access.LOOKUP);
  private static final Space REPEATS = new Space("repeats", Access.COUNTER);
  private static final Space CONTACTS = new Space("contacts", Access.ORDERED);
  private static final Space DIALERS = new Space("dialers", Access.ORDERED);
  private static final Space INSTANCES = new Space("instances", Access.ORDERED);
  static final List<Space> SPACES =
      List.of(CAMPAIGNS, REQUESTS, TOKENS, REPEATS, CONTACTS, DIALERS, INSTANCES);
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final int ID_BYTES = 16;
  private static final byte[] LINE_END = "}\n".getBytes(US_ASCII);
  private static final byte[] RECEIVED_AT = "\",\"receivedAt\":\"".getBytes(US_ASCII);
  private static final byte[] EXPIRATION_TIME = "\",\"expirationTime\":\"".getBytes(US_ASCII);
  private static final int MILLIS_CHARS = "2026-11-20T12:05:00.000Z".length();

  private final OrderedStore store;
  private final OrderedStore.Batch batch;
  private final Map<ByteBuffer, Taken> fresh = new HashMap<>();

  Ledger(OrderedStore store) {
    this.store = store;
    this.batch = store.newBatch();
  }

  /** A dial request that a token stands for. */
  record Taken(long sequence, long receivedAtMs) {}

  /** A campaign as it is on disk. */
  record KeptCampaign(
      UUID id, long ordinal, CampaignState state, boolean deleted, ObjectNode description) {}

  /**
   * Some lines of the record.
   *
   * @param next sequence to go on from; 0 at the end
   */
  record Page(byte[] lines, long next) {}

  void keep(Campaign campaign, boolean deleted) {
    ObjectNode kept = JSON.createObjectNode();
    kept.put("ordinal", campaign.ordinal());
    kept.put("state", campaign.state().wire());
    kept.put("deleted", deleted);
    kept.set("description", campaign.description());
    batch.put(CAMPAIGNS, idKey(campaign.id()), kept.toString().getBytes(UTF_8));
  }

  /** Keeps the dialer as it is, and the contacts that left its buffer: together, or neither. */
  void keepDialer(Campaign campaign) {
    for (Contact contact : campaign.dialer().handOver()) {
      batch.put(CONTACTS, key(campaign.id(), contact.sequence()), contact.bytes());
    }
    batch.put(DIALERS, idKey(campaign.id()), campaign.dialer().state());
  }

  /** Lets {@code dialer} take up what was last kept of the campaign's, as far as synced. */
  void takeUp(UUID campaign, Dialer dialer) {
    byte[] state = store.get(DIALERS, idKey(campaign));
    if (state != null) {
      dialer.takeUp(state, this, campaign);
    }
  }

  /** Keeps an instance's onboarding. */
  void keepInstance(String instanceId, ObjectNode onboarding) {
    batch.put(INSTANCES, instanceId.getBytes(UTF_8), onboarding.toString().getBytes(UTF_8));
  }

  void forgetInstance(String instanceId) {
    batch.delete(INSTANCES, instanceId.getBytes(UTF_8));
  }

  /** Every instance's onboarding, as far as synced. */
  void eachInstance(BiConsumer<String, JsonNode> visitor) {
    store.scan(
        INSTANCES,
        new byte[0],
        new byte[] {(byte) 0xff},
        (key, value) -> {
          visitor.accept(new String(key, UTF_8), json(value));
          return true;
        });
  }

  /** Every campaign there ever was. */
  List<KeptCampaign> campaigns() {
    var campaigns = new ArrayList<KeptCampaign>();
    byte[] last = new byte[ID_BYTES + 1];
    Arrays.fill(last, (byte) 0xff);
    store.scan(
        CAMPAIGNS,
        new byte[0],
        last,
        (key, value) -> {
          JsonNode kept = json(value);
          var id = ByteBuffer.wrap(key);
          campaigns.add(
              new KeptCampaign(
                  new UUID(id.getLong(), id.getLong()),
                  kept.path("ordinal").longValue(),
                  CampaignState.ofWire(kept.path("state").asText()).orElse(CampaignState.FAILED),
                  kept.path("deleted").booleanValue(),
                  kept.withObject("/description")));
          return true;
        });
    return campaigns;
  }

  /** Whether the campaign exists or ever did, as far as synced. */
  boolean knows(UUID campaign) {
    return store.get(CAMPAIGNS, idKey(campaign)) != null;
  }

  @Nullable Taken find(UUID campaign, String clientToken) {
    byte[] key = tokenKey(campaign, clientToken);
    Taken taken = fresh.get(ByteBuffer.wrap(key));
    if (taken != null) {
      return taken;
    }
    byte[] value = store.get(TOKENS, key);
    if (value == null) {
      return null;
    }
    var in = ByteBuffer.wrap(value);
    return new Taken(in.getLong(), in.getLong());
  }

  void take(UUID campaign, long sequence, DialRequest request, long receivedAtMs) {
    byte[] token = tokenKey(campaign, request.clientToken());
    batch.put(
        TOKENS, token, ByteBuffer.allocate(16).putLong(sequence).putLong(receivedAtMs).array());
    batch.put(REQUESTS, key(campaign, sequence), line(campaign, sequence, request, receivedAtMs));
    fresh.put(ByteBuffer.wrap(token), new Taken(sequence, receivedAtMs));
  }

  void repeat(UUID campaign, long sequence) {
    batch.add(REPEATS, key(campaign, sequence), 1);
  }

  /** The dial request's id, unique over all campaigns. */
  static String dialRequestId(UUID campaign, long sequence) {
    return campaign + "-" + sequence;
  }

  /** The last dial request's sequence, as far as synced; 0 for none. */
  long lastSequence(UUID campaign) {
    var last = store.floor(REQUESTS, key(campaign, 0), key(campaign, Long.MAX_VALUE));
    return last == null ? 0 : ByteBuffer.wrap(last.key()).getLong(ID_BYTES);
  }

  /** Told of a dial request. */
  interface ExpirationVisitor {
    /**
     * @param expirationMs epoch milliseconds
     */
    void visit(long sequence, long expirationMs);
  }

  /** When each dial request from {@code sequence} on expires. */
  void eachExpiration(UUID campaign, long sequence, ExpirationVisitor visitor) {
    store.scan(
        REQUESTS,
        key(campaign, sequence),
        key(campaign, Long.MAX_VALUE),
        (key, value) -> {
          visitor.visit(ByteBuffer.wrap(key).getLong(ID_BYTES), expirationMs(value));
          return true;
        });
  }

  /** What became of the dial requests from {@code sequence} on that have left the buffer. */
  void eachContact(UUID campaign, long sequence, Consumer<Contact> visitor) {
    contacts(campaign, sequence, Long.MAX_VALUE, visitor);
  }

  private void contacts(UUID campaign, long from, long to, Consumer<Contact> visitor) {
    store.scan(
        CONTACTS,
        key(campaign, from),
        key(campaign, to),
        (key, value) -> {
          visitor.accept(Contact.read(ByteBuffer.wrap(key).getLong(ID_BYTES), value));
          return true;
        });
  }

  /**
   * Lines of the record, oldest first, as far as synced.
   *
   * @param from first sequence
   * @param last last sequence
   * @param bytesMax the page ends with the line that reaches it
   * @param nowMs what of a contact lies ahead of it is not told yet
   */
  Page page(UUID campaign, long from, long last, int bytesMax, long nowMs) {
    var sequences = new ArrayList<Long>();
    var lines = new ArrayList<byte[]>();
    long[] bytes = {0};
    store.scan(
        REQUESTS,
        key(campaign, from),
        key(campaign, last + 1),
        (key, value) -> {
          sequences.add(ByteBuffer.wrap(key).getLong(ID_BYTES));
          lines.add(value);
          bytes[0] += value.length;
          return bytes[0] < bytesMax;
        });
    if (lines.isEmpty()) {
      return new Page(new byte[0], 0);
    }
    long reached = sequences.get(sequences.size() - 1);
    Map<Long, Long> repeats = repeats(campaign, from, reached);
    Map<Long, Contact> contacts = new HashMap<>();
    contacts(campaign, from, reached + 1, contact -> contacts.put(contact.sequence(), contact));
    var page = new ByteArrayOutputStream((int) bytes[0] + lines.size() * 192);
    for (int i = 0; i < lines.size(); i++) {
      long times = 1 + repeats.getOrDefault(sequences.get(i), 0L);
      page.writeBytes(lines.get(i));
      page.writeBytes((",\"times\":" + times).getBytes(US_ASCII));
      Contact contact = contacts.get(sequences.get(i));
      if (contact != null) {
        page.writeBytes(soFar(contact, nowMs).getBytes(US_ASCII));
      }
      page.writeBytes(LINE_END);
    }
    return new Page(page.toByteArray(), reached < last ? reached + 1 : 0);
  }

  private static String soFar(Contact contact, long nowMs) {
    var line = new StringBuilder();
    moment(line, "dialledAt", contact.dialledAtMs(), nowMs);
    moment(line, "answeredAt", contact.answeredAtMs(), nowMs);
    moment(line, "endedAt", contact.endedAtMs(), nowMs);
    if (contact.endedAtMs() <= nowMs) {
      DisconnectReason reason = contact.disconnectReason();
      line.append(",\"outcome\":\"").append(reason.outcome());
      line.append("\",\"disconnectReason\":\"").append(reason).append('"');
    }
    return line.toString();
  }

  private static void moment(StringBuilder line, String member, long atMs, long nowMs) {
    if (atMs <= nowMs) {
      line.append(",\"").append(member).append("\":\"");
      MILLIS.formatTo(Instant.ofEpochMilli(atMs), line);
      line.append('"');
    }
  }

  private Map<Long, Long> repeats(UUID campaign, long from, long last) {
    var repeats = new HashMap<Long, Long>();
    store.scan(
        REPEATS,
        key(campaign, from),
        key(campaign, last + 1),
        (key, value) -> {
          repeats.put(
              ByteBuffer.wrap(key).getLong(ID_BYTES),
              ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong());
          return true;
        });
    return repeats;
  }

  /** Makes all changes since the last commit durable, all or none. */
  void commit() {
    if (batch.size() > 0) {
      store.write(batch, true);
      batch.clear();
      fresh.clear();
    }
  }

  @Override
  public void close() {
    batch.close();
  }

  // Parsing the attributes too would cost a start most of its time. What comes before the first
  // receivedAt is token and number, which hold no quotes.
  private static long expirationMs(byte[] line) {
    int at = 0;
    while (!startsAt(line, at, RECEIVED_AT)) {
      at++;
    }
    at += RECEIVED_AT.length + MILLIS_CHARS + EXPIRATION_TIME.length;
    return Instant.parse(new String(line, at, MILLIS_CHARS, US_ASCII)).toEpochMilli();
  }

  private static boolean startsAt(byte[] line, int at, byte[] wanted) {
    return Arrays.equals(line, at, at + wanted.length, wanted, 0, wanted.length);
  }

  // Without its end, which says how often the token came and what became of it, as of the reading.
  private static byte[] line(UUID campaign, long sequence, DialRequest request, long receivedAtMs) {
    // Token and number hold nothing that JSON would escape: their patterns saw to that.
    byte[] head =
        ("{\"campaignId\":\""
                + campaign
                + "\",\"clientToken\":\""
                + request.clientToken()
                + "\",\"id\":\""
                + dialRequestId(campaign, sequence)
                + "\",\"phoneNumber\":\""
                + request.phoneNumber()
                + "\",\"receivedAt\":\""
                + MILLIS.format(Instant.ofEpochMilli(receivedAtMs))
                + "\",\"expirationTime\":\""
                + MILLIS.format(request.expirationTime())
                + "\",\"attributes\":")
            .getBytes(US_ASCII);
    byte[] attributes = request.attributesJson();
    return ByteBuffer.allocate(head.length + attributes.length).put(head).put(attributes).array();
  }

  private static byte[] idKey(UUID campaign) {
    return ByteBuffer.allocate(ID_BYTES)
        .putLong(campaign.getMostSignificantBits())
        .putLong(campaign.getLeastSignificantBits())
        .array();
  }

  private static byte[] key(UUID campaign, long sequence) {
    return ByteBuffer.allocate(ID_BYTES + 8).put(idKey(campaign)).putLong(sequence).array();
  }

  private static byte[] tokenKey(UUID campaign, String clientToken) {
    byte[] token = clientToken.getBytes(US_ASCII);
    return ByteBuffer.allocate(ID_BYTES + token.length).put(idKey(campaign)).put(token).array();
  }

  private static JsonNode json(byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException e) {
      throw new StoreException("a value of the campaign service is unreadable", e);
    }
  }
}
