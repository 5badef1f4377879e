package io.dialspool.replay;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One row as a reader found it; refilled for each. */
final class Lead {
  String phoneNumber = "";
  String clientToken = "";
  String expirationTime = "";
  String expiresIn = "";
  final TreeMap<String, String> attributes = new TreeMap<>();
  long line;
  @Nullable Reject fault;

  void clear() {
    phoneNumber = "";
    clientToken = "";
    expirationTime = "";
    expiresIn = "";
    attributes.clear();
    fault = null;
  }

  /** The first fault stands. */
  void fault(String member, String reason) {
    if (fault == null) {
      fault = new Reject(member, reason);
    }
  }

  /** Puts one cell where its column says. */
  void take(Column column, String value) {
    switch (column.kind()) {
      case PHONE_NUMBER -> phoneNumber = value.strip();
      case CLIENT_TOKEN -> clientToken = value.strip();
      case EXPIRATION_TIME -> expirationTime = value.strip();
      case EXPIRES_IN -> expiresIn = value.strip();
      case ATTRIBUTE -> attributes.put(column.attribute(), value);
      case CHANNEL -> {
        String channel = value.strip();
        if (!channel.equalsIgnoreCase("VOICE") && !channel.equalsIgnoreCase("SMS")) {
          fault("ChannelType", "not a telephone channel (expected: VOICE or SMS)");
        }
      }
      case OPT_OUT -> {
        if (value.strip().equalsIgnoreCase("ALL")) {
          fault("OptOut", "opted out of everything");
        }
      }
      case ENDPOINT_STATUS -> {
        if (value.strip().equalsIgnoreCase("INACTIVE")) {
          fault("EndpointStatus", "inactive");
        }
      }
      case IGNORED -> {}
    }
  }
}
