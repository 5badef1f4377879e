package io.dialspool.store;

import org.jspecify.annotations.Nullable;

/**
 * What can't be read of a store.
 *
 * @param file its name below the directory
 * @param space whose keys are concerned; null for any
 * @param from the first key that can't be told, null for the very first
 * @param to the first key behind that can, null for none
 * @param what is wrong, in words; no value of the store
 */
public record Damage(
    String file,
    @Nullable String space,
    byte @Nullable [] from,
    byte @Nullable [] to,
    String what) {}
