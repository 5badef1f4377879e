package io.dialspool.intake;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.SocketFactory;

/** An HTTP client of bare bytes, for what well-behaved clients can't do. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 10_000;

  /** An answer; {@code body} is decoded from chunks if it came in such. */
  record Answer(int status, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private final Socket socket;
  private final InputStream in;

  RawClient(String url) {
    this(url, SocketFactory.getDefault());
  }

  RawClient(String url, SocketFactory sockets) {
    try {
      URI uri = URI.create(url);
      socket = sockets.createSocket(uri.getHost(), uri.getPort());
      socket.setSoTimeout(TIMEOUT_MS);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** A request with {@code Content-Length}. */
  RawClient send(String requestLine, String headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    send(requestLine + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes.length + "\r\n");
    return send(headers + "\r\n").send(bytes);
  }

  RawClient sendChunk(String text) throws IOException {
    return send(
        Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n");
  }

  RawClient sendLastChunk() throws IOException {
    return send("0\r\n\r\n");
  }

  /** A whole answer; one without length and chunks ends with the connection. */
  Answer answer() throws IOException {
    Answer head = head();
    String length = head.header("content-length");
    if (head.header("transfer-encoding").equals("chunked")) {
      var body = new StringBuilder();
      for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
        body.append(chunk);
      }
      return new Answer(head.status, head.headers, body.toString());
    }
    if (length.isEmpty() && head.status != 100) {
      return new Answer(
          head.status, head.headers, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    return new Answer(head.status, head.headers, new String(body, StandardCharsets.UTF_8));
  }

  /** Status line and headers only. */
  Answer head() throws IOException {
    String status = line();
    var headers = new TreeMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    return new Answer(Integer.parseInt(status.split(" ", -1)[1]), headers, "");
  }

  /** The next chunk of the answer; empty for the last. */
  String chunk() throws IOException {
    int length = Integer.parseInt(line(), 16);
    String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    line();
    return text;
  }

  boolean isClosedByServer() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("closed after: " + line.toString(StandardCharsets.UTF_8));
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }
}
