package io.dialspool.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Keeps a door's wish to read alive until a message came. The flow control handler before it takes
 * the end of a socket read for an answer to every wish uttered until then, also if the wish came
 * with the last message of that read (a call answered at once, a body in several segments): what
 * arrived next would wait there for ever.
 */
final class KeptRead extends ChannelDuplexHandler {
  private final HttpCodec codec;
  private boolean wanted;

  KeptRead(HttpCodec codec) {
    this.codec = codec;
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    wanted = true;
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    wanted = false;
    codec.beginAnswer(message);
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (wanted) {
      ctx.read();
    }
  }
}
