package io.dialspool.lane;

/** Where a loaded request is right now; it is in exactly one place. */
public enum Place {
  /** In the lane's window, in order. */
  WAITING(0),
  /** In the lane, not before a certain time. */
  BACKING_OFF(1),
  /** In a parcel that goes out again as one. */
  IN_PARCEL(2),
  /** Its answer is not believed yet. */
  HELD(3),
  IN_FLIGHT(4),
  /** Its end is decided and on its way to the disk. */
  SETTLING_FROM_QUEUE(5),
  SETTLING_FROM_FLIGHT(6);

  private final int index;

  Place(int index) {
    this.index = index;
  }

  /** Its place in an array of counts. */
  int index() {
    return index;
  }

  boolean isSettling() {
    return this == SETTLING_FROM_QUEUE || this == SETTLING_FROM_FLIGHT;
  }

  boolean isInFlight() {
    return this == IN_FLIGHT || this == SETTLING_FROM_FLIGHT;
  }
}
