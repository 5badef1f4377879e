package io.dialspool.dispatch;

import io.dialspool.lane.Batch;
import java.util.List;

/**
 * One PutDialRequestBatch on its way.
 *
 * @param tokens as the target sees them, in the batch's order
 * @param beganOnTargetMs by the target's clock, as far as it is known: there the tokens live
 */
public record Call(
    LaneControl control, Batch batch, List<String> tokens, long beganNs, long beganOnTargetMs) {}
