package io.dialspool.bench;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The requests of one connection, one after the other. Makes no garbage. One thread. */
interface Requests {
  /** Makes those of one connection, counted from 0. */
  interface Source {
    Requests of(int connection);
  }

  /** The first part of the next request. The buffer may be the same each time. */
  ByteBuffer begin();

  /** The next part, once the last is written; null if there is none. */
  @Nullable ByteBuffer more();

  /** Items of the request under a token that an earlier one carried. */
  int itemsRepeated();

  /** Items of the request that must be refused. */
  int itemsInvalid();

  /** Numbers of dial requests that are used up so far. */
  long drawn();
}
