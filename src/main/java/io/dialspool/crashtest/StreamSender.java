package io.dialspool.crashtest;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An NDJSON stream, written some lines at a time and answered meanwhile. Over a bare socket, since
 * the JDK's client reads no answer before the body is written; by HTTP/1.0, whose answers have no
 * chunks to undo.
 */
final class StreamSender extends Sender {
  private static final int LINES = 250;
  private static final int TIMEOUT_MS = 20_000;

  private final int linesAtOnce;
  private final long pauseNs;

  private List<Lead> unanswered = List.of();

  /**
   * @param linesAtOnce written in one go
   * @param pauseMs between two of these
   */
  StreamSender(Scene scene, String name, SplittableRandom random, int linesAtOnce, long pauseMs) {
    super(scene, name, random, pauseMs);
    this.linesAtOnce = linesAtOnce;
    pauseNs = TimeUnit.MILLISECONDS.toNanos(pauseMs);
  }

  @Override
  void turn() throws IOException {
    List<Lead> leads = unanswered;
    if (leads.isEmpty()) {
      leads = draw(scene.campaigns().anyMixed(random), LINES);
    }
    unanswered = leads;
    var answer = new StreamAnswer(scene.ledger(), leads);
    try {
      stream(leads, answer);
      unanswered = List.copyOf(answer.unanswered());
    } catch (ConnectException e) {
      throw e; // it never left
    } catch (IOException e) {
      unanswered = sendsAgain() ? List.copyOf(answer.unanswered()) : List.of();
      throw e;
    }
  }

  /** One stream, outside the turns; what it doesn't say is safe is not sent again. */
  void send(List<Lead> leads) throws IOException {
    stream(leads, new StreamAnswer(scene.ledger(), leads));
  }

  private void stream(List<Lead> leads, StreamAnswer answer) throws IOException {
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), scene.data().port()), TIMEOUT_MS);
      byte[] body = entered(leads, scene.ledger(), scene.clock());
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      out.write(head(leads.get(0).campaignId(), body.length));
      byte[] buffer = new byte[16 << 10];
      int from = 0;
      while (from < body.length) {
        int to = afterLines(body, from);
        out.write(body, from, to - from);
        from = to;
        LockSupport.parkNanos(pauseNs);
        // What is there must be read before the other end is gone: a reset takes it away.
        while (in.available() > 0) {
          answer.take(buffer, in.read(buffer));
        }
      }
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        answer.take(buffer, count);
      }
    }
  }

  /** The body, entered into the ledger: one moment for both, for deadlines are counted from it. */
  static byte[] entered(List<Lead> leads, Ledger ledger, Clock clock) {
    long nowMs = clock.epochMs();
    ledger.sending(leads, nowMs);
    var lines = new StringBuilder();
    leads.forEach(lead -> lines.append(lead.json(nowMs)).append('\n'));
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] head(String campaignId, int bytes) {
    return ("POST /campaigns/"
            + campaignId
            + "/dial-requests HTTP/1.0\r\nHost: 127.0.0.1:"
            + scene.data().port()
            + "\r\nContent-Type: application/x-ndjson\r\nContent-Length: "
            + bytes
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private int afterLines(byte[] body, int from) {
    int left = linesAtOnce;
    int at = from;
    while (at < body.length && left > 0) {
      if (body[at++] == '\n') {
        left--;
      }
    }
    return at;
  }
}
