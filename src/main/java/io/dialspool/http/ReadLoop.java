package io.dialspool.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;

/**
 * Turns reads asked for while a message is being handed over into a loop. The flow control handler
 * hands over the next message from within {@code read()}; a body of ten thousand tiny chunks would
 * otherwise go ten thousand calls deep and overflow the stack.
 */
final class ReadLoop extends ChannelOutboundHandlerAdapter {
  private boolean reading;
  private boolean again;

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        ctx.read();
      } while (again);
    } finally {
      reading = false;
    }
  }
}
