package io.dialspool.auth;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A request as its bytes go over the wire.
 *
 * @param target path and query
 * @param headers in order; a name may come again
 */
record Wire(String method, String target, List<Map.Entry<String, String>> headers, byte[] body) {
  Wire {
    headers = List.copyOf(headers);
  }

  static Wire get(String target) {
    return new Wire("GET", target, List.of(), new byte[0]);
  }

  Wire method(String other) {
    return new Wire(other, target, headers, body);
  }

  Wire target(String other) {
    return new Wire(method, other, headers, body);
  }

  Wire body(byte[] other) {
    return new Wire(method, target, headers, other);
  }

  Wire with(String name, String value) {
    var more = new ArrayList<>(headers);
    more.add(Map.entry(name, value));
    return new Wire(method, target, more, body);
  }

  Wire without(String name) {
    return new Wire(
        method,
        target,
        headers.stream().filter(header -> !header.getKey().equalsIgnoreCase(name)).toList(),
        body);
  }

  /** Another value for the first header of that name. */
  Wire replace(String name, String value) {
    var other = new ArrayList<>(headers);
    for (int i = 0; i < other.size(); i++) {
      if (other.get(i).getKey().equalsIgnoreCase(name)) {
        other.set(i, Map.entry(other.get(i).getKey(), value));
        return new Wire(method, target, other, body);
      }
    }
    throw new IllegalArgumentException(name + " is not there: " + headers);
  }

  String header(String name) {
    return headers.stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  boolean isPresigned() {
    return target.contains("X-Amz-Signature=");
  }

  byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    headers.forEach(h -> head.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    if (body.length > 0 && header("content-length").isEmpty()) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }
}
