package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;

/**
 * A whole request whose head was the same as that of one before it, so that nobody has to look at
 * it again. Its answer must go by {@link HttpCodec}, for the handlers between don't know of it.
 */
public final class KnownRequest extends DefaultByteBufHolder {
  private final Object meaning;

  KnownRequest(Object meaning, ByteBuf body) {
    super(body);
    this.meaning = meaning;
  }

  /** What the door gave to {@link HttpCodec#remember}. */
  public Object meaning() {
    return meaning;
  }

  @Override
  public KnownRequest replace(ByteBuf body) {
    return new KnownRequest(meaning, body);
  }
}
