package io.dialspool.intake;

import io.dialspool.http.ApiError;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;

/** Reads a refused request's body to its end, so that the connection can be kept. */
final class RefusedBody implements Exchange {
  private final Door door;
  private final ApiError error;
  private long bytesLeft;

  RefusedBody(Door door, ApiError error, long bytesMax) {
    this.door = door;
    this.error = error;
    this.bytesLeft = bytesMax;
  }

  @Override
  public void content(HttpContent content) {
    bytesLeft -= content.content().readableBytes();
    if (content instanceof LastHttpContent) {
      door.answer(error);
    } else if (bytesLeft < 0) {
      door.answerAndClose(error);
    } else {
      door.next();
    }
  }
}
