package io.dialspool.http;

import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a door, asked anew for each connection.
 *
 * @param tls null for plain HTTP; either always or never
 * @param gate the handler that asks who comes and lets pass only what he may do; null when nobody
 *     is asked
 * @param hosts which site a request may name
 */
public record Entrance(
    Supplier<@Nullable SslContext> tls, Supplier<@Nullable ChannelHandler> gate, HostRule hosts) {
  /** Plain HTTP, nobody is asked. */
  public static final Entrance OPEN = new Entrance(() -> null, () -> null);

  public Entrance(Supplier<@Nullable SslContext> tls, Supplier<@Nullable ChannelHandler> gate) {
    this(tls, gate, HostRule.LOOPBACK);
  }
}
