package io.dialspool;

import io.dialspool.cli.DialspoolCommand;

/** Entry point. */
public final class Main {
  private static final String LEAK_SAMPLING = "io.netty.leakDetection.samplingInterval";

  private Main() {}

  public static void main(String[] args) {
    if (System.getProperty(LEAK_SAMPLING) == null) {
      // Netty follows one buffer of so many to find leaks. Its default, 128, is half of the garbage
      // of a put of one item (measured). To be set before Netty loads.
      System.setProperty(LEAK_SAMPLING, "1024");
    }
    System.exit(DialspoolCommand.run(args));
  }
}
