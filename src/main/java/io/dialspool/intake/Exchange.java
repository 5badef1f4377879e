package io.dialspool.intake;

import io.netty.handler.codec.http.HttpContent;

/** One request and its answer, while its body is read by the exchange itself. On its loop. */
interface Exchange {
  /** A part of the body; released by the caller. */
  void content(HttpContent content);

  /** All that the socket had is handed over; more may come. */
  default void inputPaused() {}

  /** The connection is gone. */
  default void closed() {}
}
