/**
 * Bulk files into the NDJSON door.
 *
 * <pre>
 * Source ─▶ Input (gzip, BOM, format) ─▶ CsvLeads | NdjsonLeads ─▶ Lead ─▶ LeadWriter ─▶ Chunk ─▶ Uplink ─▶ POST
 *                                                                                      ◀─ verdicts ◀─┘
 * </pre>
 *
 * <p>One thread reads and settles, one event loop sends; between them go a fixed number of chunks,
 * so memory does not grow with the file.
 */
@NullMarked
package io.dialspool.replay;

import org.jspecify.annotations.NullMarked;
