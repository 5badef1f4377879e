package io.dialspool.store;

/**
 * A key space of the store; keys of different spaces never meet.
 *
 * @param name stable: it stands on disk
 * @param access how it is read and written most
 */
public record Space(String name, Access access) {
  /** How a space is used; the store tunes itself by it. */
  public enum Access {
    /** Written in key order per prefix, read by ranges. */
    ORDERED,
    /** Random keys, looked up one by one, most of them absent. */
    LOOKUP,
    /** Written in key order and deleted soon after; read at a start only. */
    PASSING,
    /** Eight-byte numbers changed by {@link OrderedStore.Batch#add}. */
    COUNTER
  }
}
