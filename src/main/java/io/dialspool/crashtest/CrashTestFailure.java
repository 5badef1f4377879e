package io.dialspool.crashtest;

/** Something that a crash must not lead to, after which the run can't go on. */
final class CrashTestFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CrashTestFailure(String message) {
    super(message);
  }
}
