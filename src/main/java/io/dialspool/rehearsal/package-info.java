/**
 * The rehearsal: files of leads through the real stages against the real embedded campaign service,
 * on one thread in virtual time, so that hours pass in seconds.
 *
 * <pre>
 * LeadLines ─▶ ring's stages ─▶ Dispatcher ⇄ StoreWorker ⇄ RocksDB in a directory for the moment
 *                                   ⇅
 *                  CarriedTarget ─▶ Line ─▶ OutboundCampaigns
 * </pre>
 */
@NullMarked
package io.dialspool.rehearsal;

import org.jspecify.annotations.NullMarked;
