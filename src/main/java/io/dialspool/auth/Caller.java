package io.dialspool.auth;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sent the request that a connection is at: a key whose credentials were found good.
 *
 * @param name the key's name, or its access key id
 */
public record Caller(String name, Set<Right> rights) {
  private static final AttributeKey<Caller> CALLER = AttributeKey.valueOf(Caller.class, "caller");

  public Caller {
    rights = Set.copyOf(rights);
  }

  /** Of the current request; null if nobody was asked. On the connection's event loop. */
  public static @Nullable Caller of(Channel channel) {
    return channel.attr(CALLER).get();
  }

  static void set(Channel channel, @Nullable Caller caller) {
    channel.attr(CALLER).set(caller);
  }
}
