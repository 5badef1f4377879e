package io.dialspool.cli;

import io.dialspool.time.Clock;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Map;

/**
 * What a command has around it.
 *
 * @param out results; {@code --json} writes its object on the last line
 * @param err progress and faults
 * @param isTerminal whether somebody looks at a terminal, so that a bar may move
 */
record Surroundings(
    PrintWriter out,
    PrintWriter err,
    Map<String, String> environment,
    boolean isTerminal,
    Clock clock,
    UntilStopped untilStopped) {

  static Surroundings ofProcess() {
    return new Surroundings(
        new PrintWriter(System.out, true, Charset.defaultCharset()),
        new PrintWriter(System.err, true, Charset.defaultCharset()),
        System.getenv(),
        somebodyLooks() && !"dumb".equals(System.getenv("TERM")),
        Clock.SYSTEM,
        UntilStopped.SIGNALLED);
  }

  // From JDK 22 on there is a console even without a terminal, and a method that tells.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean somebodyLooks() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Waits as long as a service is to run. */
  interface UntilStopped {
    UntilStopped SIGNALLED = new Signalled();

    void await(AutoCloseable service) throws InterruptedException;

    /** Ends the process, which nobody asked for; not on a thread that closing would wait for. */
    default void leave(int exitCode) {
      System.exit(exitCode);
    }
  }

  /** At SIGTERM or SIGINT the service is closed and the process ends. */
  private static final class Signalled implements UntilStopped {
    private volatile int exitCode;

    /** Returns never. */
    @Override
    public void await(AutoCloseable service) throws InterruptedException {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(service), "stop"));
      Thread.currentThread().join();
    }

    @Override
    public void leave(int code) {
      exitCode = code;
      System.exit(code);
    }

    // Who was asked to end and did so has not failed. The JVM would say 143 all the same.
    private void end(AutoCloseable service) {
      try {
        service.close();
      } catch (Exception e) {
        System.err.println("dialspool: closing failed: " + e.getMessage());
        Runtime.getRuntime().halt(Math.max(exitCode, DialspoolCommand.REFUSED));
      }
      Runtime.getRuntime().halt(exitCode);
    }
  }
}
