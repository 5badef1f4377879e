package io.dialspool.dispatch;

import io.dialspool.lane.Batch;
import java.util.List;

/**
 * One PutDialRequestBatch on its way.
 *
 * @param tokens as the target sees them, in the batch's order
 */
public record Call(
    LaneControl control, Batch batch, List<String> tokens, long beganNs, long beganMs) {}
