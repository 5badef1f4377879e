package io.dialspool.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A door as api.md describes it, without a disk: takes NDJSON, answers line by line. Requests obey
 * the script, one entry each; without an entry all goes well.
 */
final class FakeDoor implements AutoCloseable {
  /** What becomes of one request. */
  record Act(int status, String code, int syncedLines, boolean takesUnsynced, String error) {
    /** Answers with an error before anything is read. */
    static Act refuse(int status, String code) {
      return new Act(status, code, 0, false, "");
    }

    /** Syncs some lines, takes the others too or not, says so for the synced ones, and is gone. */
    static Act cutAfter(int syncedLines, boolean takesUnsynced) {
      return new Act(200, "", syncedLines, takesUnsynced, "");
    }

    /** Syncs some lines and then says that it can't go on. */
    static Act overloadAfter(int syncedLines) {
      return new Act(200, "", syncedLines, false, "ThrottlingException");
    }

    /**
     * Writes megabytes of answer before it reads the first byte of the request; then all is well.
     */
    static Act flood() {
      return new Act(200, "flood", Integer.MAX_VALUE, false, "null");
    }

    /** Reads the request and says nothing for as long as the door is open. */
    static Act silence() {
      return new Act(200, "silence", 0, false, "");
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  final ConcurrentLinkedQueue<Act> script = new ConcurrentLinkedQueue<>();
  private final Map<String, JsonNode> spool = new LinkedHashMap<>();
  private final List<Integer> requestLines = new ArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closing = new CountDownLatch(1);
  private String path = "";
  private int connectionsRefused;

  FakeDoor() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What was accepted, in order. */
  synchronized List<JsonNode> accepted() {
    return List.copyOf(spool.values());
  }

  synchronized JsonNode only() {
    if (spool.size() != 1) {
      throw new AssertionError(spool.size() + " accepted, not 1");
    }
    return spool.values().iterator().next();
  }

  synchronized List<Integer> requestLines() {
    return List.copyOf(requestLines);
  }

  synchronized String path() {
    return path;
  }

  synchronized int refused() {
    return connectionsRefused;
  }

  private void handle(HttpExchange exchange) throws IOException {
    Act act = script.poll();
    synchronized (this) {
      path = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
    }
    if (act != null && act.status != 200) {
      synchronized (this) {
        connectionsRefused++;
      }
      byte[] body = "{\"message\":\"as the script says\"}".getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("x-amzn-ErrorType", act.code);
      exchange.sendResponseHeaders(act.status, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    if (act != null && act.code.equals("flood")) {
      byte[] nothingYet = "{\"syncedThrough\":0}\n".repeat(5_000).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 100; i++) {
        out.write(nothingYet);
      }
      out.flush();
    }
    List<String> lines;
    try (var reader =
        new BufferedReader(
            new InputStreamReader(exchange.getRequestBody(), StandardCharsets.UTF_8))) {
      lines = reader.lines().toList();
    }
    if (act != null && act.code.equals("silence")) {
      awaitClosing();
      return;
    }
    synchronized (this) {
      requestLines.add(lines.size());
      int synced = act == null ? lines.size() : Math.min(lines.size(), act.syncedLines);
      int duplicates = 0;
      int rejected = 0;
      for (int i = 0; i < synced; i++) {
        String problem = take(lines.get(i), i + 1);
        duplicates += problem.contains("\"duplicate\"") ? 1 : 0;
        rejected += problem.contains("\"rejected\"") ? 1 : 0;
        out.write(problem.getBytes(StandardCharsets.UTF_8));
      }
      if (synced > 0) {
        say(out, "{\"syncedThrough\":" + synced + "}");
      }
      out.flush();
      if (act != null && act.error.isEmpty()) {
        for (int i = synced; i < lines.size() && act.takesUnsynced; i++) {
          take(lines.get(i), i + 1);
        }
        // Thrown away in the middle of the answer: the connection breaks.
        throw new IOException("as the script says");
      }
      String error = act == null || act.error.equals("null") ? "null" : "\"" + act.error + "\"";
      say(
          out,
          "{\"summary\":{\"lines\":"
              + synced
              + ",\"accepted\":"
              + (synced - duplicates - rejected)
              + ",\"duplicates\":"
              + duplicates
              + ",\"rejected\":"
              + rejected
              + ",\"error\":"
              + error
              + "}}");
    }
    exchange.close();
  }

  private void awaitClosing() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String take(String line, int number) throws IOException {
    JsonNode lead = JSON.readTree(line);
    String token = lead.path("clientToken").asText();
    if (!lead.path("phoneNumber").asText().matches("\\+\\d{8,15}")) {
      return "{\"line\":"
          + number
          + ",\"clientToken\":\""
          + token
          + "\",\"status\":\"rejected\",\"member\":\"phoneNumber\",\"reason\":\"not E.164\"}\n";
    }
    if (spool.putIfAbsent(token, lead) != null) {
      return "{\"line\":"
          + number
          + ",\"clientToken\":\""
          + token
          + "\",\"status\":\"duplicate\",\"id\":\"ds-1-"
          + token
          + "\",\"state\":\"QUEUED\"}\n";
    }
    return "";
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
