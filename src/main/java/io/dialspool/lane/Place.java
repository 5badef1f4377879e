package io.dialspool.lane;

/** Where a loaded request is right now; it is in exactly one place. */
public enum Place {
  /** In the lane's window, in order. */
  WAITING,
  /** In the lane, not before a certain time. */
  BACKING_OFF,
  /** In a parcel that goes out again as one. */
  IN_PARCEL,
  /** Its answer is not believed yet. */
  HELD,
  IN_FLIGHT,
  /** Its end is decided and on its way to the disk. */
  SETTLING_FROM_QUEUE,
  SETTLING_FROM_FLIGHT;

  boolean isSettling() {
    return this == SETTLING_FROM_QUEUE || this == SETTLING_FROM_FLIGHT;
  }

  boolean isInFlight() {
    return this == IN_FLIGHT || this == SETTLING_FROM_FLIGHT;
  }
}
