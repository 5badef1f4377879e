package io.dialspool.whole;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A connection of bare bytes, for what well-behaved clients can't send. */
public final class RawHttp implements AutoCloseable {
  private static final int TIMEOUT_MS = 10_000;

  /** An answer with {@code Content-Length}; the names of its headers are in lower case. */
  public record Reply(int status, Map<String, String> headers, String body) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private final Socket socket;
  private final InputStream in;

  public RawHttp(String url) {
    try {
      URI uri = URI.create(url);
      socket = new Socket(uri.getHost(), uri.getPort());
      socket.setSoTimeout(TIMEOUT_MS);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawHttp send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawHttp send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** False once the other side takes no more. */
  boolean trySend(String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** A whole request; {@code headers} each end in a line feed. */
  public RawHttp request(String methodAndPath, String headers, byte[] body) {
    String host =
        ("\n" + headers.toLowerCase(Locale.ROOT)).contains("\nhost:") ? "" : "Host: localhost\r\n";
    send(
        methodAndPath
            + " HTTP/1.1\r\n"
            + host
            + headers.replace("\n", "\r\n")
            + "Content-Length: "
            + body.length
            + "\r\n\r\n");
    return send(body);
  }

  public Reply reply() {
    try {
      String status = line();
      var headers = new TreeMap<String, String>();
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      return new Reply(
          Integer.parseInt(status.split(" ", -1)[1]),
          headers,
          new String(in.readNBytes(length), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** No more is sent from here; the other side may still answer. */
  RawHttp endSending() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads until the other side has ended the connection, in whatever way. */
  void untilClosed() {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (SocketException e) {
      // By a reset.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** True once the other side has ended the connection, and in order: not by a reset. */
  boolean isClosedInOrder() {
    try {
      return in.read() < 0;
    } catch (SocketException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
        throw new IOException("closed after: " + line.toString(StandardCharsets.UTF_8));
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }
}
