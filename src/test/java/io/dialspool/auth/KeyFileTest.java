package io.dialspool.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dialspool.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class KeyFileTest {
  private static final String ONE =
      """
      keys:
        - accessKeyId: AKIDONE
          secretAccessKey: secret-of-one
          rights: [read]
      """;
  private static final String HASH =
      "930bbdc51b6aed5c2a5678fd6e28dee7a05e8a4b643cfc0b4427c3efb86c0d94";

  private final Logger logger = (Logger) LoggerFactory.getLogger(KeyFile.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  // --- reading

  @Test
  void shouldReadKeysOfBothKinds() {
    Keys keys = new KeyFile("doors.keyFile", new FakeKeySource(GatedPort.KEYS)).keys();
    assertEquals(6, keys.count());
    Key spring = keys.signing("AKIDSPRING");
    assertNotNull(spring);
    assertEquals(Set.of("spring", "a/b"), spring.campaigns());
    assertEquals(Set.of(Right.SUBMIT, Right.READ, Right.CONTROL), spring.caller().rights());
    assertEquals(Long.MAX_VALUE, spring.expiresMs());
    Key crm = keys.bearing(GatedPort.TOKEN, new Sha256());
    assertNotNull(crm);
    assertEquals(new Caller("crm", Set.of(Right.SUBMIT)), crm.caller());
    assertNull(crm.campaigns());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keys: [] | keys: 0 entries (expected: a list of 1 to 10000 keys)",
        "keys: {} | keys: missing (expected: a list of 1 to 10000 keys)",
        "key: [] | key: unknown (expected: keys)",
        "[] | not a key file (expected: keys: and a list below it)",
        "'' | not a key file (expected: keys: and a list below it)",
        "'keys: [' | line 1 column 8 (expected: readable YAML, each member at most once)",
        "'{keys: [], keys: []}' | line 1 column 16 (expected: readable YAML, each member at most once)",
        "keys: [x] | keys[0]: not a key (expected: accessKeyId or bearerSha256, and rights)",
        "keys: [{rights: [read]}] | keys[0]: no credentials (expected: either accessKeyId and secretAccessKey, or bearerSha256)"
      })
  void shouldSayWhatIsWrongWithTheFile(String yaml, String fault) {
    assertTrue(faults(yaml).contains("doors.keyFile: " + fault), () -> faults(yaml).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "accessKeyId: AKID | accessKeyId: a b | accessKeyId: malformed (expected: [A-Za-z0-9_.@-]{1,128})",
        "accessKeyId: AKID | accessKeyId: 0123 | accessKeyId: not a text (expected: a text, in quotes if it looks like a number)",
        "accessKeyId: AKID, | '' | accessKeyId: missing (expected: [A-Za-z0-9_.@-]{1,128})",
        "secretAccessKey: twelve-chars | secretAccessKey: elevenchars | secretAccessKey: malformed (expected: 12 to 4096 characters)",
        "secretAccessKey: twelve-chars, | '' | secretAccessKey: missing (expected: 12 to 4096 characters)",
        "rights: [read] | rights: [write] | rights[0]: write (expected: submit, read or control, each at most once)",
        "rights: [read] | rights: [read, READ] | rights[1]: READ (expected: submit, read or control, each at most once)",
        "rights: [read] | rights: [read, read] | rights[1]: read (expected: submit, read or control, each at most once)",
        "rights: [read] | rights: [] | rights: missing (expected: a list of submit, read, control)",
        "rights: [read] | rights: read | rights: missing (expected: a list of submit, read, control)",
        "rights: [read] | rights: [read], campaigns: [] | campaigns: no campaign in it (expected: a list of campaign ids, or left out for all campaigns)",
        "rights: [read] | rights: [read], campaigns: ['a b'] | campaigns[0]: malformed (expected: a campaign's id, in quotes if it looks like a number)",
        "rights: [read] | rights: [read], campaigns: [c, 7] | campaigns[1]: malformed (expected: a campaign's id, in quotes if it looks like a number)",
        "rights: [read] | rights: [read], expires: tomorrow | expires: malformed (expected: a time in UTC such as 2026-12-31T23:59:59Z)",
        "rights: [read] | rights: [read], campaign: c | campaign: unknown (expected: accessKeyId, bearerSha256, campaigns, expires, name, rights, secretAccessKey, sessionToken)"
      })
  void shouldSayWhatIsWrongWithAKey(String part, String broken, String fault) {
    String good = "keys: [{accessKeyId: AKID, secretAccessKey: twelve-chars, rights: [read]}]";
    assertEquals(1, new KeyFile("doors.keyFile", new FakeKeySource(good)).keys().count());
    assertTrue(good.contains(part), part);
    List<String> faults = faults(good.replace(part, broken));
    assertEquals(List.of("doors.keyFile: keys[0]." + fault), faults);
    assertFalse(faults.toString().contains("elevenchars"));
  }

  @Test
  void shouldWantAHashWhereATokenWouldDo() {
    assertEquals(
        List.of(
            "doors.keyFile: keys[0].bearerSha256: malformed (expected: the token's SHA-256, 64 hexadecimal digits)",
            "doors.keyFile: keys[0].name: missing (expected: [A-Za-z0-9_.@-]{1,128})"),
        faults("keys: [{bearerSha256: my-token, rights: [submit]}]"));
    assertEquals(
        List.of("doors.keyFile: keys[0].sessionToken: given (expected: none beside bearerSha256)"),
        faults("keys: [{name: a, sessionToken: t, bearerSha256: " + HASH + ", rights: [read]}]"));
  }

  @Test
  void shouldTakeEachNameIdAndTokenOnce() {
    String key = "{accessKeyId: AKID, secretAccessKey: twelve-chars, rights: [read]}";
    assertEquals(
        List.of(
            "doors.keyFile: keys[1].name: AKID again (expected: each name once)",
            "doors.keyFile: keys[1].accessKeyId: AKID again (expected: each key once)"),
        faults("keys: [" + key + "," + key + "]"));
    String bearer = ", bearerSha256: " + HASH + ", rights: [read]}";
    assertEquals(
        List.of(
            "doors.keyFile: keys[1].bearerSha256: one given before (expected: each token once)"),
        faults(
            "keys: [{name: a"
                + bearer
                + ", {name: b"
                + bearer
                    .toUpperCase(java.util.Locale.ROOT)
                    .replace("BEARERSHA256", "bearerSha256")
                    .replace("RIGHTS: [READ]", "rights: [read]")
                + "]"));
  }

  @Test
  void shouldSayOnlySoMuchAtOnce() {
    List<String> faults = faults("keys: [" + "x, ".repeat(50) + "]");
    assertEquals(21, faults.size());
    assertEquals("doors.keyFile: and 30 faults more", faults.get(20));
  }

  @Test
  void shouldBoundTheFileAndItsKeys() {
    String tooLong = ONE + "#" + "x".repeat(KeyFile.BYTES_MAX);
    assertEquals(
        List.of("doors.keyFile: " + tooLong.length() + " bytes (expected: at most 1048576)"),
        faults(tooLong));
    assertEquals(
        List.of("doors.keyFile: keys: 10001 entries (expected: a list of 1 to 10000 keys)"),
        faults("keys: [" + "x, ".repeat(10_001) + "]"));
  }

  @Test
  void shouldNotShowASecretByWayOfAGeneratedMethod() {
    Keys keys = new KeyFile("doors.keyFile", new FakeKeySource(GatedPort.KEYS)).keys();
    assertFalse(keys.toString().contains("-secret"), keys.toString());
    assertFalse(keys.toString().contains("session/token"), keys.toString());
  }

  private static List<String> faults(String yaml) {
    return assertThrows(
            ConfigException.class, () -> new KeyFile("doors.keyFile", new FakeKeySource(yaml)))
        .faults();
  }

  // --- reading again

  @Test
  void shouldReadAgainOnlyWhatHasChanged() {
    var source = new FakeKeySource(ONE);
    var file = new KeyFile("doors.keyFile", source);
    file.look();
    file.look();
    assertEquals(1, source.reads);
    source.write(ONE.replace("AKIDONE", "AKIDTWO"));
    file.look();
    assertEquals(2, source.reads);
    assertNull(file.keys().signing("AKIDONE"));
    assertNotNull(file.keys().signing("AKIDTWO"));
  }

  @Test
  void shouldKeepTheKeysWhenTheirFileBreaksAndSaySoOnce() {
    var source = new FakeKeySource(ONE);
    var file = new KeyFile("doors.keyFile", source);
    log.list.clear();
    source.write(ONE.replace("[read]", "[reed]"));
    file.look();
    file.look();
    assertNotNull(file.keys().signing("AKIDONE"));
    assertEquals(
        List.of(
            "The keys stay as they were, for the file can't be used: doors.keyFile: keys[0].rights[0]: reed (expected: submit, read or control, each at most once)"),
        said());
    source.write(null);
    file.look();
    file.look();
    assertEquals(2, said().size());
    assertTrue(said().get(1).endsWith("doors.keyFile: (expected: a file that can be read)"));
    assertNotNull(file.keys().signing("AKIDONE"));
    source.write(ONE.replace("AKIDONE", "AKIDTWO"));
    file.look();
    assertNotNull(file.keys().signing("AKIDTWO"));
  }

  @Test
  void shouldWarnOfAFileThatEverybodyCanRead() {
    var source = new FakeKeySource(ONE);
    new KeyFile("doors.keyFile", source);
    assertEquals(List.of("doors.keyFile: 1 keys are in force"), said());
    source.readableByOthers = true;
    new KeyFile("doors.keyFile", source);
    assertEquals(3, said().size());
    assertTrue(said().get(2).contains("every user of this machine"), said().get(2));
  }

  @Test
  void shouldSeeAFileMovedToTheOthersPlace(@TempDir Path directory) throws IOException {
    Path keys = directory.resolve("keys.yaml");
    Files.writeString(keys, ONE);
    KeyFile file = KeyFile.open("doors.keyFile", keys);
    Path next = directory.resolve("next.yaml");
    Files.writeString(next, ONE.replace("AKIDONE", "AKIDTWO"));
    Files.setLastModifiedTime(next, Files.getLastModifiedTime(keys));
    Files.move(next, keys, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    file.look();
    assertNotNull(file.keys().signing("AKIDTWO"));
  }

  @Test
  void shouldWantAFileAtTheStart(@TempDir Path directory) {
    assertEquals(
        List.of("doors.keyFile: (expected: a file that can be read)"),
        assertThrows(
                ConfigException.class,
                () -> KeyFile.open("doors.keyFile", directory.resolve("none.yaml")))
            .faults());
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
