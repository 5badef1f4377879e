package io.dialspool.replay;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What became of the rows; {@code rows = accepted + duplicates + rejected}.
 *
 * @param rows of all files; header and empty lines don't count
 * @param accepted safe in the spool by this run
 * @param duplicates already in the spool under the same token, from this file or from an earlier
 *     run
 * @param rejected each with a line in the rejects file
 * @param seconds from start to end
 * @param rejects the file of the rejected rows, null if there were none
 */
public record ReplaySummary(
    long rows,
    long accepted,
    long duplicates,
    long rejected,
    double seconds,
    @Nullable Path rejects) {}
