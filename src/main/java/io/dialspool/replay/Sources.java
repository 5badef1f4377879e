package io.dialspool.replay;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The files that arguments stand for: a file for itself, a directory for the leads' files in it, a
 * glob for what it matches, {@code -} for standard input. What a directory or a glob holds comes in
 * the order of its names.
 *
 * @param skipped what was left out, with the reason; a line each
 */
public record Sources(List<Source> all, List<String> skipped) {
  private static final int FILES_MAX = 10_000;
  private static final int DEPTH_MAX = 20;
  private static final Pattern ENDING =
      Pattern.compile(".*\\.(csv|tsv|ndjson|jsonl)(\\.(gz|zst))?");
  private static final Pattern GLOB = Pattern.compile(".*[*?\\[{].*");

  public Sources {
    all = List.copyOf(all);
    skipped = List.copyOf(skipped);
  }

  /**
   * @throws ReplayException usage, if an argument stands for no file that can be read
   */
  public static Sources of(List<String> arguments) {
    var collected = new Collected();
    for (String argument : arguments) {
      if (argument.equals("-")) {
        collected.sources.putIfAbsent("-", Source.standardInput());
      } else {
        add(argument, collected);
      }
    }
    return new Sources(List.copyOf(collected.sources.values()), collected.skipped);
  }

  private static void add(String argument, Collected collected) {
    Path path;
    try {
      path = Path.of(argument);
    } catch (InvalidPathException e) {
      path = null; // where * is no character of a name
    }
    if (path != null && Files.isDirectory(path)) {
      directory(path, collected);
    } else if (path != null && Files.exists(path)) {
      collected.add(path);
    } else if (GLOB.matcher(argument).matches()) {
      glob(argument, collected);
    } else {
      throw ReplayException.usage(
          argument + ": no such file (expected: a file, a directory or a glob)");
    }
  }

  private static void directory(Path directory, Collected collected) {
    int before = collected.sources.size();
    var entries = new ArrayList<Path>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path entry : stream) {
        entries.add(entry);
        checkCount(directory.toString(), entries.size());
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      throw ReplayException.usage(directory + ": can't be read (expected: a readable directory)");
    }
    entries.sort(null);
    for (Path entry : entries) {
      String name = String.valueOf(entry.getFileName());
      if (name.startsWith(".")) {
        collected.skipped.add(entry + ": hidden");
      } else if (Files.isDirectory(entry)) {
        collected.skipped.add(entry + ": a directory below (name it, or use " + directory + "/**)");
      } else if (!ENDING.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
        collected.skipped.add(
            entry + ": not .csv, .tsv, .ndjson or .jsonl, plain, .gz or .zst (name it to read it)");
      } else {
        collected.add(entry);
      }
    }
    if (collected.sources.size() == before) {
      throw ReplayException.usage(
          directory
              + ": no leads in it (expected: .csv, .tsv, .ndjson or .jsonl, plain, .gz or .zst)");
    }
  }

  /** Matched from the last directory on that stands before the first special character. */
  private static void glob(String glob, Collected collected) {
    int special = 0;
    while (!GLOB.matcher(glob.substring(0, special + 1)).matches()) {
      special++;
    }
    int slash = glob.lastIndexOf('/', special);
    Path root = Path.of(slash < 0 ? "." : slash == 0 ? "/" : glob.substring(0, slash));
    String below = glob.substring(slash + 1);
    int depth = below.contains("**") ? DEPTH_MAX : below.split("/", -1).length;
    var matched = new ArrayList<Path>();
    try (Stream<Path> walk = Files.find(root, depth, (path, of) -> !of.isDirectory())) {
      PathMatcher matcher = root.getFileSystem().getPathMatcher("glob:" + below);
      // With ** in front the files of the directory itself are meant too.
      PathMatcher here =
          root.getFileSystem()
              .getPathMatcher("glob:" + (below.startsWith("**/") ? below.substring(3) : below));
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path relative = root.relativize(path);
        if ((matcher.matches(relative) || here.matches(relative)) && Files.isRegularFile(path)) {
          matched.add(slash < 0 ? relative : path);
          checkCount(glob, matched.size());
        }
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      throw ReplayException.usage(
          glob + ": " + root + " can't be read (expected: a readable directory)");
    } catch (PatternSyntaxException e) {
      throw ReplayException.usage(glob + ": no glob (expected: such as leads-*.csv)");
    }
    if (matched.isEmpty()) {
      throw ReplayException.usage(glob + ": no file matches (expected: such as leads-*.csv)");
    }
    matched.sort(null);
    matched.forEach(collected::add);
  }

  private static void checkCount(String what, int count) {
    if (count > FILES_MAX) {
      throw ReplayException.usage(what + ": too many files (expected: at most " + FILES_MAX + ")");
    }
  }

  /** Files as they come, each once. */
  private static final class Collected {
    private final Map<Object, Source> sources = new LinkedHashMap<>();
    private final List<String> skipped = new ArrayList<>();

    void add(Path file) {
      Object key;
      try {
        key = file.toRealPath();
      } catch (IOException e) {
        key = file.toAbsolutePath();
      }
      if (sources.containsKey(key)) {
        skipped.add(file + ": named before");
      } else {
        sources.put(key, Source.file(file));
      }
    }
  }
}
