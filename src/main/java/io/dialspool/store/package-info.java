/**
 * The port to the disk, an ordered byte store: RocksDB in service, a forgetful one in the
 * simulation.
 */
@NullMarked
package io.dialspool.store;

import org.jspecify.annotations.NullMarked;
