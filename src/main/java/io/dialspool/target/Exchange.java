package io.dialspool.target;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its one end. Lives on the pool's event loop. */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final Supplier<@Nullable FullHttpRequest> request;
  private final Consumer<Ended> onEnd;
  private final int bodyBytesMax;
  private boolean ended;
  private @Nullable Connection connection;
  private @Nullable Future<?> timer;

  /**
   * @param request makes the request at the moment a connection is at hand; null if its moment has
   *     passed
   * @param bodyBytesMax of the answer
   * @param onEnd told exactly once, on the pool's event loop
   */
  Exchange(Supplier<@Nullable FullHttpRequest> request, int bodyBytesMax, Consumer<Ended> onEnd) {
    this.request = request;
    this.bodyBytesMax = bodyBytesMax;
    this.onEnd = onEnd;
  }

  @Nullable FullHttpRequest request() {
    return request.get();
  }

  int bodyBytesMax() {
    return bodyBytesMax;
  }

  /** The connection it was written to; null while it waits for one. */
  @Nullable Connection connection() {
    return connection;
  }

  void writtenTo(Connection itsConnection) {
    connection = itsConnection;
  }

  void timedBy(Future<?> itsTimer) {
    timer = itsTimer;
  }

  /** The first end stands; later ones are dropped. */
  void end(Ended how) {
    if (ended) {
      return;
    }
    ended = true;
    if (timer != null) {
      timer.cancel(false);
    }
    try {
      onEnd.accept(how);
    } catch (RuntimeException e) {
      LOG.error("The reply of a call to the target could not be taken", e);
    }
  }
}
