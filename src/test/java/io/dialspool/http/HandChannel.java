package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A connection without a socket, on a {@link HandLoop}: bytes come in only when the pipeline asked
 * for them, as with a socket whose auto-read is off, and go out as far as the client takes them.
 * Its memory is counted.
 */
public final class HandChannel extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);
  private static final SocketAddress HERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 8025);

  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
  private final ChannelConfig config = new DefaultChannelConfig(this);
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private boolean open = true;
  private boolean wantsBytes;
  private long taken = Long.MAX_VALUE;

  public HandChannel() {
    super(null);
    config.setAutoRead(false);
    config.setAllocator(memory);
  }

  /** Whether the pipeline has asked for bytes since the last ones came. */
  public boolean wantsBytes() {
    return wantsBytes;
  }

  /** As one read of the socket. */
  public void deliver(byte[] bytes, int from, int to) {
    wantsBytes = false;
    ByteBuf piece = alloc().heapBuffer(to - from);
    piece.writeBytes(bytes, from, to - from);
    pipeline().fireChannelRead(piece);
    pipeline().fireChannelReadComplete();
  }

  /** How many bytes the client takes from now on; those that wait go out first. */
  public void take(long bytes) {
    taken = bytes;
    if (isActive()) {
      unsafe().flush();
    }
  }

  /** All that went out so far. */
  public byte[] sent() {
    return sent.toByteArray();
  }

  public int sentBytes() {
    return sent.size();
  }

  /** Bytes of buffers in use. */
  public long memory() {
    return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
  }

  @Override
  protected void doBeginRead() {
    wantsBytes = true;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) {
    for (Object message = out.current(); message != null; message = out.current()) {
      ByteBuf bytes = (ByteBuf) message;
      int count = (int) Math.min(taken, bytes.readableBytes());
      for (int i = 0; i < count; i++) {
        sent.write(bytes.getByte(bytes.readerIndex() + i));
      }
      taken -= count;
      if (count < bytes.readableBytes()) {
        bytes.skipBytes(count);
        out.progress(count);
        return;
      }
      out.remove();
    }
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractUnsafe() {
      @Override
      public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        throw new UnsupportedOperationException();
      }
    };
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof HandLoop;
  }

  @Override
  protected SocketAddress localAddress0() {
    return HERE;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return HERE;
  }

  @Override
  protected void doBind(SocketAddress address) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doClose() {
    open = false;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }
}
