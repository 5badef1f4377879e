package io.dialspool;

import io.dialspool.cli.DialspoolCommand;

/** Entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(DialspoolCommand.run(args));
  }
}
