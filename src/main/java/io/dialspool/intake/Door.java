package io.dialspool.intake;

import io.dialspool.http.ApiDoor;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.http.HttpCodec;
import io.dialspool.http.KnownRequest;
import io.dialspool.http.LastWords;
import io.dialspool.http.OkHead;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Traceparent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the data port. Batches and streams of lines are read here, in an {@link
 * Exchange} each; calls with small bodies go on to an {@link ApiDoor} behind. One request at a
 * time: the next is read when the last one is answered.
 */
final class Door extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);
  private static final int CALL_BYTES_MAX = 1 << 20;
  private static final String CAMPAIGNS = "/campaigns/";
  private static final String DIAL_REQUESTS = "/dial-requests";
  private static final List<String> BATCH_TYPES =
      List.of("", "application/json", "application/x-amz-json-1.1");
  private static final List<String> LINES_TYPES = List.of(LineUpload.CONTENT_TYPE);

  private final Intake intake;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Loop loop;
  private @Nullable Exchange exchange;
  private final BatchPut put;
  private final Runnable next = this::next;
  private @Nullable HttpCodec codec;

  /** The present request is one that the codec knew again. */
  private boolean known;

  private String lastSegment = "";
  private @Nullable CampaignId lastCampaign;

  Door(Intake intake) {
    this.intake = intake;
    this.put = new BatchPut(intake, this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    loop = intake.loop(context.channel().eventLoop());
    codec = HttpCodec.of(context.channel());
    var router = new CallRouter(intake, loop(), context.channel());
    context
        .pipeline()
        .addAfter(
            context.name(),
            null,
            new ApiDoor(CALL_BYTES_MAX, intake.callBudget, (HttpCall call) -> router.route(call)));
  }

  ChannelHandlerContext ctx() {
    return Objects.requireNonNull(ctx);
  }

  private HttpCodec codec() {
    return Objects.requireNonNull(codec);
  }

  Loop loop() {
    return Objects.requireNonNull(loop);
  }

  /** Runs {@code task} on the loop; {@code orElse} here if the loop has ended. Any thread. */
  void onLoop(Runnable task, Runnable orElse) {
    EventExecutor executor = ctx().executor();
    if (executor.inEventLoop()) {
      task.run();
      return;
    }
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      orElse.run();
    }
  }

  // --- reading

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpRequest request && begins(request)) {
        ReferenceCountUtil.release(message);
        return;
      }
      if (message instanceof KnownRequest request) {
        try {
          begins(request);
        } finally {
          request.release();
        }
        return;
      }
      Exchange current = exchange;
      if (current != null && message instanceof HttpContent content) {
        try {
          current.content(content);
        } finally {
          content.release();
        }
        return;
      }
    } catch (RuntimeException e) {
      LOG.error("A request failed", e);
      answerAndClose(ApiError.internal());
      return;
    }
    context.fireChannelRead(message);
  }

  /** The rest of the request is another exchange's. */
  void divert(Exchange to) {
    exchange = to;
    next();
  }

  /** Asks for the next message. */
  void next() {
    ctx().read();
  }

  /** One that the codec knows again: what its head says has been found good before. */
  private void begins(KnownRequest request) {
    known = true;
    ApiError refusal = refusal();
    if (refusal != null) {
      intake.meters.refused(refusal.code(), 1);
      answer(refusal);
      return;
    }
    exchange = put;
    put.begin((CampaignId) request.meaning(), null);
    put.whole(request.content());
  }

  private boolean begins(HttpRequest request) {
    known = false;
    boolean batch = request.method().equals(HttpMethod.PUT);
    if (!batch && !request.method().equals(HttpMethod.POST)) {
      return false;
    }
    String segment = campaignSegment(request.uri());
    if (segment == null) {
      return false;
    }
    CampaignId campaign = campaign(segment);
    ApiError refusal = refusal(request, campaign, batch ? BATCH_TYPES : LINES_TYPES);
    if (refusal != null || campaign == null) {
      refuse(request, refusal == null ? ApiError.internal() : refusal);
      return true;
    }
    boolean continues = HttpUtil.is100ContinueExpected(request);
    boolean traced = request.headers().contains(Traceparent.HEADER);
    Traceparent trace = traced ? trace(request) : null;
    if (batch) {
      if (HttpUtil.getContentLength(request, -1L) > intake.config.bodyBytesMax()) {
        answerAndClose(ApiError.tooLarge(intake.config.bodyBytesMax()));
        return true;
      }
      exchange = put;
      put.begin(campaign, trace);
      if (!traced) {
        codec().remember(request, campaign); // a trace is each request's own
      }
      if (continues) {
        sayContinue();
      }
      next();
    } else {
      var upload =
          new LineUpload(intake, this, campaign, trace, request.protocolVersion(), continues);
      exchange = upload;
      upload.start();
    }
    return true;
  }

  // Said twice it says nothing.
  private static @Nullable Traceparent trace(HttpRequest request) {
    List<String> said = request.headers().getAll(Traceparent.HEADER);
    return said.size() == 1 ? Traceparent.of(said.get(0)).orElse(null) : null;
  }

  /** The id in {@code /campaigns/{id}/dial-requests}, still encoded; null for any other path. */
  static @Nullable String campaignSegment(String uri) {
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    int from = CAMPAIGNS.length();
    int to = path.length() - DIAL_REQUESTS.length();
    if (to < from || !path.startsWith(CAMPAIGNS) || !path.endsWith(DIAL_REQUESTS)) {
      return null;
    }
    String segment = path.substring(from, to);
    return segment.indexOf('/') < 0 ? segment : null;
  }

  // A connection mostly feeds one campaign.
  private @Nullable CampaignId campaign(String segment) {
    if (lastCampaign == null || !segment.equals(lastSegment)) {
      String id = HttpCall.decoded(segment);
      lastCampaign = CampaignId.isValid(id) ? new CampaignId(id) : null;
      lastSegment = segment;
    }
    return lastCampaign;
  }

  private @Nullable ApiError refusal(
      HttpRequest request, @Nullable CampaignId campaign, List<String> contentTypes) {
    if (intake.isDraining()) {
      return CallRouter.DRAINING;
    }
    if (!contentTypes.contains(contentType(request))) {
      return ApiError.validation(
          "content-type: not supported (expected: "
              + contentTypes.get(contentTypes.size() > 1 ? 1 : 0)
              + ")");
    }
    return campaign == null ? CallRouter.CAMPAIGN_ID : refusal();
  }

  private @Nullable ApiError refusal() {
    return intake.isDraining() ? CallRouter.DRAINING : intake.backstage.overload();
  }

  private static String contentType(HttpRequest request) {
    CharSequence type = HttpUtil.getMimeType(request);
    return type == null ? "" : type.toString().trim().toLowerCase(Locale.ROOT);
  }

  // A body that is small and on its way is read, so that the connection can be kept.
  private void refuse(HttpRequest request, ApiError error) {
    intake.meters.refused(error.code(), 1);
    long bytes = HttpUtil.getContentLength(request, -1L);
    boolean lines = request.method().equals(HttpMethod.POST);
    if (HttpUtil.is100ContinueExpected(request)
        || bytes > intake.config.bodyBytesMax()
        || (lines && HttpUtil.isTransferEncodingChunked(request))) {
      answerAndClose(error);
    } else {
      divert(new RefusedBody(this, error, intake.config.bodyBytesMax()));
    }
  }

  void sayContinue() {
    ctx()
        .writeAndFlush(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
  }

  // --- answering

  void answer(ApiError error) {
    answer(HttpAnswer.error(error).toNetty());
  }

  /** The request is read whole: answers it and goes on with the next. */
  void answer(FullHttpResponse response) {
    thenNext(known ? codec().answer(response) : ctx().writeAndFlush(response));
  }

  /** The same with a 200 that has this JSON, copied. */
  void answer(byte[] json, int at, int length) {
    ByteBuf bytes = ctx().alloc().ioBuffer(known ? OkHead.BYTES_MAX + length : length);
    if (known) {
      exchange = null;
      loop().okHead.write(bytes, length);
      codec().send(bytes.writeBytes(json, at, length), next);
      return;
    }
    bytes.writeBytes(json, at, length);
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, bytes);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpAnswer.JSON);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
    HttpAnswer.stamp(response);
    answer(response);
  }

  /** The answer's last part is on its way: goes on with the next request once it is out. */
  void thenNext(Future<Void> lastWrite) {
    exchange = null;
    lastWrite.addListener(
        written -> {
          if (written.isSuccess()) {
            next();
          } else {
            ctx().close();
          }
        });
  }

  /** Answers before the request's end, and closes the connection. */
  void answerAndClose(ApiError error) {
    exchange = null;
    LastWords.say(ctx(), error);
  }

  /** No message is taken for a request any more. Call before the answer's last write. */
  void beginLingering() {
    exchange = null;
    LastWords.begin(ctx());
  }

  void thenClose(ChannelFuture lastWrite) {
    LastWords.thenClose(ctx(), lastWrite);
  }

  // --- the connection

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Exchange current = exchange;
    if (current != null) {
      current.inputPaused();
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.closed();
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("A connection failed: {}", cause.getClass().getName());
    }
    context.close();
  }
}
