/**
 * The seeded simulation: the real stages on one thread in virtual time, between a simulated store,
 * target and clock. One seed draws workload, batch cuts, faults and crashes; checkers keep their
 * own ledger and count, never derive.
 *
 * <pre>
 * Workload ─▶ ring's stages ─▶ Dispatcher ⇄ StoreWorker ⇄ SimulatedStore
 *                  │                ⇅
 *                  ▼          SimulatedTarget
 *               Judge ◀──────────────┘
 * </pre>
 */
@NullMarked
package io.dialspool.simulation;

import org.jspecify.annotations.NullMarked;
