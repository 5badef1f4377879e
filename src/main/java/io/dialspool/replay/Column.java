package io.dialspool.replay;

/**
 * What a column is for.
 *
 * @param attribute the attribute's name, empty for other kinds
 */
record Column(Kind kind, String attribute) {
  enum Kind {
    PHONE_NUMBER,
    CLIENT_TOKEN,
    EXPIRATION_TIME,
    EXPIRES_IN,
    ATTRIBUTE,
    CHANNEL,
    OPT_OUT,
    ENDPOINT_STATUS,
    IGNORED
  }

  static Column of(Kind kind) {
    return new Column(kind, "");
  }

  static Column attribute(String name) {
    return new Column(Kind.ATTRIBUTE, name);
  }
}
