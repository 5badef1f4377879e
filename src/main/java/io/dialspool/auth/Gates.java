package io.dialspool.auth;

import io.dialspool.time.Clock;
import io.netty.channel.ChannelHandler;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the gates of a port, one for each connection. */
public final class Gates {
  private Gates() {}

  /**
   * @param file null if nobody is asked who he is, and only calls that are passed on are refused
   * @param region that signatures must be made for
   * @param onRefused is told the code of each refusal; on the event loops, must not block
   */
  public static Supplier<@Nullable ChannelHandler> before(
      @Nullable KeyFile file,
      String region,
      Rule rule,
      Clock clock,
      Consumer<String> onRefused) {
    var judge = new Judge(file, region, rule, clock);
    return () -> new Gate(judge, onRefused);
  }
}
