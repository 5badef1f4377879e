package io.dialspool.auth;

import io.dialspool.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of keys, read again when it has changed. A change that can't be read leaves the keys in
 * force that were, and is told once.
 */
public final class KeyFile {
  static final int BYTES_MAX = 1 << 20;
  private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

  private final String configKey;
  private final KeySource source;
  private KeySource.@Nullable Stamp seen;
  private volatile Keys keys;

  /**
   * @throws ConfigException with all that is wrong in the file
   */
  KeyFile(String configKey, KeySource source) {
    this.configKey = configKey;
    this.source = source;
    try {
      KeySource.Stamp stamp = source.stamp();
      keys = read(stamp);
      seen = stamp;
    } catch (IOException e) {
      throw unreadable();
    }
  }

  /**
   * Reads the file for the first time.
   *
   * @param configKey what faults are named after, {@code doors.keyFile}
   * @throws ConfigException with all that is wrong in the file, a line each; never with a secret
   */
  public static KeyFile open(String configKey, Path path) {
    return new KeyFile(configKey, KeySource.of(path));
  }

  /** Looks whether the file has changed. To be called about once a second, on one thread. */
  public void look() {
    KeySource.Stamp stamp = null;
    try {
      stamp = source.stamp();
      if (!stamp.equals(seen)) {
        keys = read(stamp);
      }
    } catch (IOException e) {
      if (seen != null || stamp != null) {
        tell(unreadable());
      }
    } catch (ConfigException e) {
      tell(e);
    }
    seen = stamp;
  }

  private static void tell(ConfigException faults) {
    LOG.error("The keys stay as they were, for the file can't be used: {}", faults.getMessage());
  }

  /** As last read; any thread. */
  Keys keys() {
    return keys;
  }

  private Keys read(KeySource.Stamp stamp) throws IOException {
    if (stamp.bytes() > BYTES_MAX) {
      throw new ConfigException(
          List.of(
              configKey + ": " + stamp.bytes() + " bytes (expected: at most " + BYTES_MAX + ")"));
    }
    Keys read = new KeysReader(configKey).read(source.read());
    LOG.info("{}: {} keys are in force", configKey, read.count());
    if (stamp.readableByOthers()) {
      LOG.warn(
          "{}: every user of this machine can read the secrets in it (chmod o-r helps)", configKey);
    }
    return read;
  }

  private ConfigException unreadable() {
    return new ConfigException(List.of(configKey + ": (expected: a file that can be read)"));
  }
}
