package io.dialspool.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
  private final Path directory;

  SourcesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(directory.resolve("below"));
    for (String name :
        List.of("b.csv", "a.ndjson.zst", "C.CSV.GZ", "notes.txt", ".hidden.csv", "below/d.csv")) {
      Files.writeString(directory.resolve(name), "phone\n");
    }
  }

  private Sources of(String... arguments) {
    return Sources.of(
        Arrays.stream(arguments).map(each -> directory + "/" + each).toList(),
        directory.resolve("rejects.csv"));
  }

  private List<String> names(Sources sources) {
    return sources.all().stream()
        .map(source -> directory.relativize(Path.of(source.name())).toString())
        .toList();
  }

  @Test
  void shouldTakeTheLeadsOfADirectoryInOrderAndSayWhatItSkips() {
    Sources found = of("");
    assertEquals(List.of("C.CSV.GZ", "a.ndjson.zst", "b.csv"), names(found));
    assertEquals(3, found.skipped().size(), found.skipped()::toString);
    assertTrue(found.skipped().get(0).endsWith(".hidden.csv: hidden"), found.skipped()::toString);
    assertTrue(found.skipped().get(1).contains("below: a directory below"));
    assertTrue(found.skipped().get(2).contains("notes.txt: not .csv"));
  }

  @Test
  void shouldTakeWhatAGlobMatchesInOrder() {
    assertEquals(List.of("a.ndjson.zst", "b.csv"), names(of("[ab].*")));
    assertEquals(List.of("notes.txt"), names(of("*.txt")));
    assertEquals(List.of("below/d.csv"), names(of("*/*.csv")));
    assertEquals(
        List.of(".hidden.csv", "b.csv", "below/d.csv"), names(of("**/*.csv")), "at any depth");
  }

  @Test
  void shouldTakeAFileWhoseNameLooksLikeAGlob() throws IOException {
    Files.writeString(directory.resolve("a[1].csv"), "phone\n");
    assertEquals(List.of("a[1].csv"), names(of("a[1].csv")));
  }

  @Test
  void shouldNotTakeTheRejectsOfAnEarlierRunForLeads() throws IOException {
    Files.writeString(directory.resolve("rejects.csv"), "file,line,member,reason\n");
    assertEquals(List.of("C.CSV.GZ", "a.ndjson.zst", "b.csv"), names(of("")));
    assertEquals(List.of("b.csv"), names(of("[br]*.csv")));
    assertTrue(of("*.csv").skipped().get(0).contains("--rejects"));
  }

  @Test
  void shouldTakeAFileOnceHoweverOftenItIsNamed() {
    Sources found = of("b.csv", "*.csv", "below/../b.csv");
    assertEquals(List.of("b.csv"), names(of("b.csv")));
    assertEquals(List.of("b.csv", ".hidden.csv"), names(found));
    assertEquals(2, found.skipped().size());
    assertTrue(found.skipped().get(0).endsWith("b.csv: named before"));
  }

  @Test
  void shouldRefuseWhatStandsForNothing() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    for (String none : List.of("missing.csv", "*.xml", "empty", "[", "nowhere/*.csv")) {
      ReplayException fault = assertThrows(ReplayException.class, () -> of(none), none);
      assertEquals(ReplayException.Kind.USAGE, fault.kind());
      assertTrue(String.valueOf(fault.getMessage()).contains("(expected: "), fault.getMessage());
    }
    assertTrue(Files.isDirectory(empty));
  }
}
