package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.http.ApiError;
import org.jspecify.annotations.Nullable;

/**
 * What a call comes to.
 *
 * @param error null if it succeeded
 * @param body null for an empty one
 * @param dropped whether the connection is to be closed in place of an answer
 */
public record Answer(@Nullable ApiError error, @Nullable ObjectNode body, boolean dropped) {

  static Answer of(ApiError error) {
    return new Answer(error, null, false);
  }

  static Answer ofSuccess(@Nullable ObjectNode body) {
    return new Answer(null, body, false);
  }

  Answer asDropped() {
    return new Answer(error, body, true);
  }
}
