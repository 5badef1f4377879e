package io.dialspool.http;

import io.dialspool.time.Clock;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Behind the TLS of every connection of one port: ends those whose handshake fails, and says so at
 * most once a minute. Anybody can make a handshake fail as often as he likes.
 */
@ChannelHandler.Sharable
final class TlsTrouble extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(TlsTrouble.class);
  private static final long EVERY_NS = TimeUnit.MINUTES.toNanos(1);
  private static final int WORDS_MAX = 200;

  private final Clock clock;
  private boolean spoken;
  private long spokenAtNs;
  private long unspoken;

  TlsTrouble(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
    } else if (!handshake.isSuccess()) {
      failed(ctx, handshake.cause());
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof SSLException || isOfTls(cause)) {
      // Told already if it was the handshake; a broken record later is the network's or an
      // attacker's.
      LOG.debug("TLS with {} ended: {}", peer(ctx), inWords(cause));
      ctx.close();
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }

  private static boolean isOfTls(Throwable cause) {
    return cause instanceof DecoderException && cause.getCause() instanceof SSLException;
  }

  private void failed(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      LOG.debug("{} left before TLS stood", peer(ctx)); // as whoever only looks whether we listen
      return;
    }
    long left;
    synchronized (this) {
      long nowNs = clock.nanoTime();
      if (spoken && nowNs - spokenAtNs < EVERY_NS) {
        unspoken++;
        return;
      }
      spoken = true;
      spokenAtNs = nowNs;
      left = unspoken;
      unspoken = 0;
    }
    LOG.warn(
        "TLS with {} failed: {}{}",
        peer(ctx),
        inWords(cause),
        left == 0 ? "" : "; " + left + " more since this was last said");
  }

  private static String peer(ChannelHandlerContext ctx) {
    return ctx.channel().remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress().getHostAddress()
        : "a client";
  }

  // The message of a record that isn't TLS is that record, perhaps with a lead in it.
  private static String inWords(Throwable cause) {
    Throwable inner = cause instanceof DecoderException ? cause.getCause() : null;
    Throwable root = inner == null ? cause : inner;
    if (root instanceof NotSslRecordException) {
      return "what came is not TLS (expected: https)";
    }
    String words = String.valueOf(root.getMessage()).replaceAll("[^\\x20-\\x7e]", "?");
    return words.substring(0, Math.min(WORDS_MAX, words.length()));
  }
}
