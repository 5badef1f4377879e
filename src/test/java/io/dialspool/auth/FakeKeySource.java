package io.dialspool.auth;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A key file in memory. */
final class FakeKeySource implements KeySource {
  private @Nullable String text;
  private long modifiedMs;
  int reads;
  boolean readableByOthers;

  FakeKeySource(String text) {
    this.text = text;
  }

  /** Writes the file; null removes it. */
  void write(@Nullable String newText) {
    text = newText;
    modifiedMs += 2;
  }

  @Override
  public Stamp stamp() throws IOException {
    return new Stamp(modifiedMs, bytes().length, "1", readableByOthers);
  }

  @Override
  public byte[] read() throws IOException {
    reads++;
    return bytes();
  }

  private byte[] bytes() throws IOException {
    if (text == null) {
      throw new FileNotFoundException();
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
