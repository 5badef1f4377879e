package io.dialspool.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * What this machine's kernel and Netty alone can do: reads each body, looks at nothing, answers 200
 * at once. No service can be faster than this under the same load.
 */
final class BareServer implements AutoCloseable {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(LoadGenerator.loops(), NioIoHandler.newFactory());
  private final Channel listener;

  /**
   * @param linesPerUpload that its answer to an upload claims to have read
   */
  BareServer(int linesPerUpload) {
    ByteBuf ofBatch = constant("{\"successfulRequests\":[],\"failedRequests\":[]}");
    ByteBuf ofUpload =
        constant(
            "{\"summary\":{\"lines\":"
                + linesPerUpload
                + ",\"accepted\":"
                + linesPerUpload
                + ",\"duplicates\":0,\"rejected\":0,\"error\":null}}\n");
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(new HttpServerCodec(), new Answerer(ofBatch, ofUpload));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  private static ByteBuf constant(String body) {
    return Unpooled.unreleasableBuffer(
        Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.US_ASCII)));
  }

  URI url() {
    return URI.create(
        "http://127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private static final class Answerer extends SimpleChannelInboundHandler<HttpObject> {
    private final ByteBuf ofBatch;
    private final ByteBuf ofUpload;
    private boolean upload;

    Answerer(ByteBuf ofBatch, ByteBuf ofUpload) {
      this.ofBatch = ofBatch;
      this.ofUpload = ofUpload;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
      if (message instanceof HttpRequest request) {
        upload = request.method().equals(HttpMethod.POST);
      }
      if (message instanceof LastHttpContent) {
        ByteBuf body = upload ? ofUpload : ofBatch;
        var answer =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body.duplicate());
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        ctx.writeAndFlush(answer);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
