package io.dialspool.preflight;

import io.dialspool.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code serve} needs on this machine: its directory and its ports. */
final class Ground {
  private static final String LOCK = "dialspool.lock";

  private Ground() {}

  /** Whether a running process holds the store in {@code directory}. */
  static boolean isHeld(Path directory) {
    Path file = directory.resolve(LOCK);
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        lock.release();
      }
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // by this very process
    } catch (IOException e) {
      return false;
    }
  }

  static Finding spool(Config config) {
    Path directory = Path.of(config.spool().directory()).toAbsolutePath();
    if (isHeld(directory)) {
      return Finding.ok("spool", directory + ", in use by a serve that runs");
    }
    Path there = directory;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
      return Finding.fail(
          "spool", directory + " can't be written", "see spool.directory and its owner");
    }
    long bytes;
    try {
      bytes = Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      return Finding.warn("spool", directory + ", its disk tells no free space", "look yourself");
    }
    String found =
        directory
            + (there.equals(directory) ? "" : " (not made yet)")
            + String.format(Locale.ROOT, ", %.1f GB of room", bytes / 1e9);
    return bytes < config.spool().freeBytesMin()
        ? Finding.fail("spool", found, "make room, or lower spool.freeBytesMin")
        : Finding.ok("spool", found);
  }

  static Finding ports(Config config) {
    String intake = place(config.intake().address(), config.intake().port());
    String management = place(config.management().address(), config.management().port());
    if (isHeld(Path.of(config.spool().directory()))) {
      return Finding.ok("ports", intake + " and " + management + " of the serve that runs");
    }
    List<String> taken = new ArrayList<>();
    addIfTaken(taken, intake, config.intake().address(), config.intake().port());
    addIfTaken(taken, management, config.management().address(), config.management().port());
    return taken.isEmpty()
        ? Finding.ok("ports", intake + " and " + management + " are free")
        : Finding.fail(
            "ports",
            String.join("; ", taken),
            "set intake.port or management.port, or stop what listens there");
  }

  private static String place(String address, int port) {
    return address + (port == 0 ? ", any port" : ":" + port);
  }

  private static void addIfTaken(List<String> taken, String place, String address, int port) {
    String why = whyNot(address, port);
    if (why != null) {
      taken.add(place + " can't be had: " + why);
    }
  }

  private static @Nullable String whyNot(String address, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      var place = new InetSocketAddress(address, port);
      if (place.isUnresolved()) {
        return "no such address";
      }
      socket.bind(place);
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    }
  }
}
