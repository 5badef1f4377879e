package io.dialspool.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@code serve} or {@code campaign-service} of the built jar in a process of its own, and a
 * client for it.
 */
public final class Service implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private static final String CAMPAIGN =
      """
      {"name":"%s","connectInstanceId":"i-1",
       "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1.0}},
       "outboundCallConfig":{"connectContactFlowId":"f-1","connectQueueId":"q-1"}}
      """;

  private static final long RUN_SECONDS = 90;

  /** The numbers and the values of attributes that {@link Leads} makes. */
  private static final Pattern PERSONAL = Pattern.compile("1206\\d{7}|[Ll]ead[- ]\\d+");

  /** The same for text that is full of long numbers of other kinds. */
  private static final Pattern SURELY_PERSONAL = Pattern.compile("\\+1206\\d{7}|[Ll]ead[- ]\\d+");

  private static final Pattern DIRECTORY_SET =
      Pattern.compile("(?:spool|campaignService)\\.directory=(.*)");

  private final Process process;
  private final Path log;
  private final BufferedReader lines;
  private final Map<String, String> ready;
  private final List<Path> directories;

  private Service(
      Process process,
      Path log,
      BufferedReader lines,
      Map<String, String> ready,
      List<Path> directories) {
    this.directories = directories;
    this.process = process;
    this.log = log;
    this.lines = lines;
    this.ready = ready;
  }

  /** {@code serve} on free ports with the embedded target, unless {@code sets} say otherwise. */
  public static Service serve(Path directory, String... sets) {
    return start(serveArgs(directory, sets), newLog());
  }

  /** The same, with all that it logs in {@code log}. */
  static Service serveLogged(Path log, Path directory, String... sets) {
    return start(serveArgs(directory, sets), log);
  }

  /** The same, with {@code environment} beside the test's own. */
  static Service serveIn(
      Map<String, String> environment, Path log, Path directory, String... sets) {
    return start(serveArgs(directory, sets), log, environment);
  }

  /** A {@code serve} that is expected not to start; run to its end. */
  static Ran serveInVain(Path directory, String... sets) {
    List<String> command = command(serveArgs(directory, sets));
    command.add(1, "-XX:TieredStopAtLevel=1");
    return runCommand(command);
  }

  private static List<String> serveArgs(Path directory, String... sets) {
    var args = new ArrayList<String>(List.of("serve"));
    for (String set :
        List.of(
            "intake.port=0",
            "management.port=0",
            "campaignService.port=0",
            "spool.directory=" + directory.resolve("spool"),
            "campaignService.directory=" + directory.resolve("campaign-service"))) {
      args.addAll(List.of("--set", set));
    }
    for (String set : sets) {
      args.addAll(List.of("--set", set));
    }
    return args;
  }

  /** {@code campaign-service} on a free port. */
  public static Service campaignService(Path directory, String... options) {
    return campaignServiceAt("0", directory, options);
  }

  static Service campaignServiceAt(String port, Path directory, String... options) {
    var args =
        new ArrayList<String>(
            List.of("campaign-service", "--port", port, "--data", directory.toString()));
    args.addAll(List.of(options));
    return start(args, newLog());
  }

  private static List<Path> directories(List<String> args) {
    var directories = new ArrayList<Path>();
    for (int i = 0; i < args.size(); i++) {
      Matcher set = DIRECTORY_SET.matcher(args.get(i));
      if (set.matches()) {
        directories.add(Path.of(set.group(1)));
      } else if (args.get(i).equals("--data")) {
        directories.add(Path.of(args.get(i + 1)));
      }
    }
    return directories;
  }

  private static Path newLog() {
    try {
      return Files.createTempFile(
          Files.createDirectories(Path.of("target", "whole")), "service-", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Service start(List<String> args, Path log) {
    return start(args, log, Map.of());
  }

  private static Service start(List<String> args, Path log, Map<String, String> environment) {
    try {
      var builder =
          new ProcessBuilder(command(args))
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      Process process = builder.start();
      var lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = CompletableFuture.supplyAsync(() -> readLine(lines)).get(60, TimeUnit.SECONDS);
      if (!line.startsWith("ready ")) {
        process.destroyForcibly();
        throw new IllegalStateException("not ready but: " + line + "\n" + Files.readString(log));
      }
      var ready = new HashMap<String, String>();
      for (String pair : line.substring("ready ".length()).split(" ", -1)) {
        ready.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
      }
      return new Service(process, log, lines, ready, directories(args));
    } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The jar's command line; small heaps, since the tests run several at once. */
  /**
   * {@code serve} as anybody starts it; what lives but for a moment, or plays the other side, does
   * without the better compiler, which would take longer than it saves.
   */
  static List<String> command(List<String> args) {
    var command =
        new ArrayList<String>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m"));
    if (args.isEmpty() || !args.get(0).equals("serve")) {
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    }
    command.addAll(List.of("-jar", System.getProperty("dialspool.jar", "target/dialspool.jar")));
    command.addAll(args);
    return command;
  }

  private static String readLine(BufferedReader lines) {
    try {
      return String.valueOf(lines.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code intake}, {@code management}, {@code target} or {@code campaign-service}. */
  public String url(String name) {
    return ready.getOrDefault(name, "");
  }

  /** SIGKILL: no hook runs, nothing is flushed. */
  void kill() {
    process.toHandle().destroyForcibly(); // the process's own method would close its output too
    process.onExit().join();
  }

  /** SIGTERM, and waits for the end. */
  void terminate() {
    terminate(Duration.ofSeconds(60));
  }

  /** SIGTERM, after which it must have ended within {@code patience}. */
  void terminate(Duration patience) {
    process.toHandle().destroy(); // the process's own method would close its output too
    process.onExit().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** What the process holds of the machine's memory now, as Linux tells it. */
  long residentBytes() {
    try (var status = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return status
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** How it ended; it must have. */
  int exitCode() {
    return process.exitValue();
  }

  /** What it wrote to standard output after the line that said it was ready; it must have ended. */
  String printed() {
    return String.join("\n", lines.lines().toList());
  }

  @Override
  public void close() {
    String metrics = process.isAlive() ? scraped() : "";
    String threads = process.isAlive() ? threadNames() : "";
    kill();
    try {
      expectNothingPersonal(Files.readString(log));
      expectNothingPersonal(metrics);
      expectNothingPersonal(threads);
      expectNothingPersonal(printed());
      expectNothingPersonalInDiaries();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path crash = Path.of("hs_err_pid" + process.pid() + ".log");
    if (Files.exists(crash)) {
      throw new AssertionError("the virtual machine crashed, see " + crash);
    }
  }

  long pid() {
    return process.pid();
  }

  /** As Linux has them, at most 15 characters each; a whole dump would cost a second. */
  private String threadNames() {
    var names = new StringBuilder();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      for (Path task : tasks.toList()) {
        Path name = task.resolve("comm");
        names.append(Files.exists(name) ? Files.readString(name) : "");
      }
    } catch (IOException e) {
      return names.toString(); // a thread that has ended meanwhile, or no Linux
    }
    return names.toString();
  }

  /** What the store writes beside the requests themselves. */
  private void expectNothingPersonalInDiaries() throws IOException {
    for (Path directory : directories) {
      if (Files.isReadable(directory)) {
        try (Stream<Path> files = Files.list(directory)) {
          for (Path file : files.filter(Service::isDiary).toList()) {
            String written = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            expectNone(SURELY_PERSONAL, written);
          }
        }
      }
    }
  }

  private static boolean isDiary(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith("LOG") || name.startsWith("OPTIONS") || name.startsWith("dialspool.");
  }

  private String scraped() {
    try {
      return ready.containsKey("management") ? get(url("management") + "/metrics").body() : "";
    } catch (UncheckedIOException e) {
      return ""; // it needs a key, or speaks TLS: its own tests look
    }
  }

  /** Whatever a process wrote, no number and no attribute of a lead is in it. */
  static void expectNothingPersonal(String written) {
    expectNone(PERSONAL, written);
  }

  private static void expectNone(Pattern personal, String written) {
    for (String line : written.lines().toList()) {
      if (personal.matcher(line).find()) {
        throw new AssertionError("personal data in what the process wrote: " + line);
      }
    }
  }

  // --- a client

  public record Answer(int status, String body) {
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static Answer call(String method, String url, String contentType, String body) {
    return call(method, url, contentType, body, Map.of());
  }

  public static Answer call(
      String method, String url, String contentType, String body, Map<String, String> headers) {
    try {
      var request =
          HttpRequest.newBuilder(URI.create(url))
              .timeout(Duration.ofSeconds(60))
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      headers.forEach(request::header);
      if (!contentType.isEmpty()) {
        request.header("Content-Type", contentType);
      }
      HttpResponse<String> answer =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Answer get(String url) {
    return call("GET", url, "", "");
  }

  /** Creates a campaign at a data port or a campaign service. */
  static String createCampaign(String url, String name) {
    return call("PUT", url + "/campaigns", "application/json", CAMPAIGN.formatted(name))
        .json()
        .path("id")
        .asText();
  }

  static int change(String url, String campaign, String how) {
    return call("POST", url + "/campaigns/" + campaign + "/" + how, "", "").status();
  }

  /** What the campaign service took, a line a dial request, in order of arrival. */
  static List<JsonNode> record(String targetUrl, String campaign) {
    String lines = get(targetUrl + "/dial-requests?campaign=" + campaign).body();
    return lines.lines().map(line -> new Answer(200, line).json()).toList();
  }

  JsonNode counts() {
    return get(url("intake") + "/spool").json().path("counts");
  }

  JsonNode report(String campaign) {
    return get(url("intake") + "/campaigns/" + campaign + "/spool").json();
  }

  JsonNode status(String campaign, String token) {
    return get(url("intake") + "/campaigns/" + campaign + "/dial-requests/" + token).json();
  }

  long unsettled() {
    JsonNode counts = counts();
    return counts.path("queued").asLong() + counts.path("inFlight").asLong();
  }

  /** Waits for something that the service does by itself. */
  public static void await(String what, Duration patience, BooleanSupplier done) {
    long tries = patience.toMillis() / 50;
    for (long i = 0; i < tries; i++) {
      if (done.getAsBoolean()) {
        return;
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError("not within " + patience + ": " + what);
  }

  /** Runs a command of the jar to its end. */
  static Ran run(String... args) {
    return runCommand(command(List.of(args)));
  }

  /** Runs any command line to its end. */
  static Ran runCommand(List<String> command) {
    return runCommand(command, RUN_SECONDS);
  }

  /** The same with a patience of its own. */
  static Ran runCommand(List<String> command, long seconds) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.PIPE).start();
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
      CompletableFuture<String> out =
          CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().onExit().join();
        throw new AssertionError("not ended: " + out.join() + err.join());
      }
      return new Ran(process.exitValue(), out.join(), err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String all(java.io.InputStream in) {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How a command ended. */
  record Ran(int exitCode, String out, String err) {
    /** The object that {@code --json} writes on the last line. */
    JsonNode json() {
      List<String> lines = out.lines().toList();
      return new Answer(200, lines.get(lines.size() - 1)).json();
    }
  }
}
