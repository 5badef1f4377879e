package io.dialspool.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import io.dialspool.replay.FakeDoor.Act;
import io.dialspool.time.Clock;
import io.dialspool.time.VirtualClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplayTest {
  private final Path directory;
  private final Path rejects;
  private final FakeDoor door = new FakeDoor();

  ReplayTest(@TempDir Path directory) {
    this.directory = directory;
    this.rejects = directory.resolve("rejects.csv");
  }

  @AfterEach
  void closeDoor() {
    door.close();
  }

  @Test
  void shouldSendRowsOfACsvFileAsDialRequests() throws IOException {
    Path file =
        file(
            "leads.csv",
            """
            Phone Number,Token,Deadline,First Name,notes
            +12065550100,t-1,2026-11-21T18:00:00+02:00,Ann,
            +12065550101,t-2,1795284000,Bob,"says ""hi"", twice
            and again"
            """);
    ReplaySummary summary = replay(file);
    assertEquals(new ReplaySummary(2, 2, 0, 0, 0, null), summary);
    assertEquals("POST /campaigns/c%201/dial-requests", door.path());
    assertEquals(
        List.of(
            "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\",\"expirationTime\":"
                + "\"2026-11-21T16:00:00.000Z\",\"attributes\":{\"First_Name\":\"Ann\"}}",
            "{\"clientToken\":\"t-2\",\"phoneNumber\":\"+12065550101\",\"expirationTime\":"
                + "\"2026-11-21T18:00:00.000Z\",\"attributes\":{\"First_Name\":\"Bob\",\"notes\":"
                + "\"says \\\"hi\\\", twice\\nand again\"}}"),
        door.accepted().stream().map(JsonNode::toString).toList());
  }

  @Test
  void shouldFindTheDelimiterByItself() throws IOException {
    for (String delimiter : List.of(",", ";", "\t", "|")) {
      String text =
          "\"a,;|b\",phone,id\nx,+12065550100,d-%d\n"
              .formatted((int) delimiter.charAt(0))
              .replace(",phone", delimiter + "phone")
              .replace(",id", delimiter + "id")
              .replace("x,", "x" + delimiter)
              .replace(",d-", delimiter + "d-");
      assertEquals(1, replay(file("leads.txt", text)).accepted(), delimiter);
    }
    assertEquals(4, door.accepted().size());
    assertEquals("x", door.accepted().get(3).path("attributes").path("a___b").asText());
  }

  @Test
  void shouldObeyTheDelimiterThatIsSaid() throws IOException {
    Path file = file("leads.csv", "phone:a,b\n+12065550100:1,2\n");
    var config = config(List.of(Source.file(file)), Map.of());
    assertEquals(1, run(withDelimiter(config, ':')).accepted());
    assertEquals("1,2", door.only().path("attributes").path("a_b").asText());
  }

  @Test
  void shouldReadBomCrlfAndUmlauts() throws IOException {
    Path file = file("leads.csv", "\uFEFFphone;Straße\r\n+12065550100;Gänseweg 🦆\r\n\r\n;\r\n");
    assertEquals(1, replay(file).rows());
    assertEquals("{\"Stra_e\":\"Gänseweg 🦆\"}", door.only().path("attributes").toString());
  }

  @Test
  void shouldUnpackGzipWhateverTheNameAndHowManyMembers() throws IOException {
    byte[] first = gzip("phone,id\n+12065550100,a\n");
    byte[] second = gzip("+12065550101,b\n");
    // Each read gives one part alone and promises nothing more, as a pipe does.
    InputStream pipe =
        new SequenceInputStream(new ByteArrayInputStream(first), new ByteArrayInputStream(second));
    var config = config(List.of(new Source("-", -1, () -> pipe)), Map.of());
    assertEquals(2, run(config).accepted());
  }

  @Test
  void shouldUnpackZstdWhateverTheNameAndHowManyFrames() throws IOException {
    var bytes = new ByteArrayOutputStream();
    // A frame to skip, as parallel packers write it, and two of data.
    bytes.write(new byte[] {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4});
    bytes.write(zstd("phone,id\n+12065550100,a\n"));
    bytes.write(zstd("+12065550101,b\n"));
    Path file = Files.write(directory.resolve("leads.csv"), bytes.toByteArray());
    assertEquals(2, replay(file).accepted());
  }

  @Test
  void shouldSayWhereAZstdFileBreaksOffOrIsDamaged() throws IOException {
    byte[] whole = zstd("phone,id\n" + rows(0, 50_000));
    Path file = directory.resolve("leads.csv.zst");
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    ReplaySummary summary = replay(file);
    assertEquals(1, summary.rejected());
    assertTrue(summary.accepted() > 100, summary.toString());
    assertTrue(
        rejectLines()
            .get(1)
            .endsWith("the zstd data ends in the middle; nothing after this line was read"),
        rejectLines().toString());
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, whole.length / 2, whole.length / 2 + 64, (byte) 0x55);
    Files.write(file, damaged);
    assertEquals(1, replay(file).rejected());
    assertTrue(rejectLines().get(1).contains("the zstd data is damaged"), rejectLines().toString());
  }

  @Test
  void shouldSendNoFasterThanTheRateSaid() throws IOException {
    Path file = file("leads.csv", "phone,id\n" + rows(0, 300));
    var clock = VirtualClock.beginningAt(FixedClock.NOON.epochMs());
    var config = withRate(config(List.of(Source.file(file)), Map.of()), 100);
    var replay = new Replay(config, clock, ns -> clock.moveTo(clock.virtualNs() + ns));
    assertEquals(300, replay.run(ReplayListener.NONE).accepted());
    // The first tenth of a second's worth goes at once.
    assertEquals(2.9, clock.virtualNs() / 1e9, 0.11);
    assertEquals(30, door.requestLines().size());
  }

  @Test
  void shouldSayWhereAGzipFileBreaksOff() throws IOException {
    byte[] whole = gzip("phone,id\n" + rows(0, 5_000));
    Path file = directory.resolve("leads.csv.gz");
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    ReplaySummary summary = replay(file);
    assertEquals(1, summary.rejected());
    assertTrue(summary.accepted() > 100, summary.toString());
    assertTrue(
        rejectLines()
            .get(1)
            .endsWith("the gzip data ends in the middle; nothing after this line was read"),
        rejectLines().toString());
  }

  @Test
  void shouldSayThatTheSecondOfTwoJoinedGzipFilesIsDamagedRatherThanEndBeforeIt()
      throws IOException {
    byte[] second = gzip("+12065550101,b\n");
    second[1] = 0; // no longer one that begins there
    var bytes = new ByteArrayOutputStream();
    bytes.write(gzip("phone,id\n" + rows(0, 5_000)));
    bytes.write(second);
    Path file = Files.write(directory.resolve("leads.csv.gz"), bytes.toByteArray());
    ReplaySummary summary = replay(file);
    assertEquals(1, summary.rejected());
    assertTrue(summary.accepted() > 4_900, summary.toString());
    assertTrue(rejectLines().get(1).contains("the gzip data is damaged"), rejectLines().toString());
  }

  @Test
  void shouldTakeContractLinesFromNdjson() throws IOException {
    Path file =
        file(
            "leads.ndjson",
            """
            {"clientToken":"t-1","phoneNumber":"+12065550100","expirationTime":"2026-11-21T13:00:00Z","attributes":{"a":"1","empty":""},"unknown":"x"}

            {"phoneNumber":"+12065550101","attributes":{}}
            {"clientToken":"t-3","phoneNumber":"+12065550102","expirationTime":1795284000,"attributes":{"n":5,"z":null}}
            """);
    assertEquals(3, replay(file).accepted());
    List<JsonNode> accepted = door.accepted();
    assertEquals("{\"a\":\"1\",\"empty\":\"\"}", accepted.get(0).path("attributes").toString());
    assertEquals("2026-11-21T16:00:00.000Z", accepted.get(1).path("expirationTime").asText());
    assertEquals(43, accepted.get(1).path("clientToken").asText().length());
    assertEquals("2026-11-21T18:00:00.000Z", accepted.get(2).path("expirationTime").asText());
    assertEquals("{\"n\":\"5\"}", accepted.get(2).path("attributes").toString());
  }

  @Test
  void shouldTakeFlatNdjsonLikeACsvRowAndMapItsMembers() throws IOException {
    Path file =
        file(
            "leads",
            "{\"Tel\":\"+12065550100\",\"who\":{\"first name\":\"Ann\"},\"tags\":[\"a\",\"b\"]}\n");
    var columns = Map.of("phoneNumber", "Tel", "attributes.first_name", "who.first name");
    assertEquals(1, run(config(List.of(Source.file(file)), columns)).accepted());
    assertEquals(
        "{\"first_name\":\"Ann\",\"tags\":\"a,b\"}", door.only().path("attributes").toString());
  }

  @Test
  void shouldRejectUnreadableNdjsonLinesAndGoOn() throws IOException {
    Path file =
        file(
            "leads.jsonl",
            """
            {"phoneNumber":"+12065550177"
            []
            {"phoneNumber":"+12065550177","phoneNumber":"+12065550178"}
            {"a":"b"}
            {"phoneNumber":"+12065550177","a":"\\ud800"}
            {"phoneNumber":"+12065550177"} {}
            {"phoneNumber":"+12065550177"}""");
    ReplaySummary summary = replay(file);
    assertEquals(1, summary.accepted());
    assertEquals(6, summary.rejected());
    assertEquals(List.of("1", "2", "3", "4", "5", "6"), lineNumbers());
    assertFalse(Files.readString(rejects).contains("2065550177"));
  }

  @Test
  void shouldUnderstandPinpointSegmentFilesWithoutAMapping() throws IOException {
    Path file =
        file(
            "segment.csv",
            """
            ChannelType,Address,Id,OptOut,EndpointStatus,Attributes.Interest,User.UserId,User.UserAttributes.Age
            SMS,+12065550100,e-1,NONE,ACTIVE,cars,u-1,33
            EMAIL,ann@example.com,e-2,NONE,ACTIVE,,u-2,
            VOICE,+12065550102,,,,,,
            SMS,+12065550103,e-4,ALL,ACTIVE,,,
            SMS,+12065550104,e-5,NONE,INACTIVE,,,
            """);
    ReplaySummary summary = replay(file);
    assertEquals(2, summary.accepted());
    JsonNode first = door.accepted().get(0);
    assertEquals("e-1", first.path("clientToken").asText());
    assertEquals(
        "{\"Age\":\"33\",\"Interest\":\"cars\",\"User_UserId\":\"u-1\"}",
        first.path("attributes").toString());
    assertEquals(
        List.of(
            file + ",3,ChannelType,not a telephone channel (expected: VOICE or SMS)",
            file + ",5,OptOut,opted out of everything",
            file + ",6,EndpointStatus,inactive"),
        rejectLines().stream().skip(1).toList());
  }

  @Test
  void shouldUnderstandPinpointEndpointsInNdjson() throws IOException {
    Path file =
        file(
            "segment.json",
            "{\"ChannelType\":\"VOICE\",\"Address\":\"+12065550100\",\"Id\":\"e-1\","
                + "\"Attributes\":{\"Interest\":[\"cars\"]},"
                + "\"User\":{\"UserAttributes\":{\"Age\":[\"33\"]}}}\n");
    assertEquals(1, replay(file).accepted());
    assertEquals("e-1", door.only().path("clientToken").asText());
    assertEquals(
        "{\"Age\":\"33\",\"Interest\":\"cars\"}", door.only().path("attributes").toString());
  }

  @Test
  void shouldMakeTokensFromContentSoThatASecondReplayChangesNothing() throws IOException {
    Path file =
        file("leads.csv", "phone,name\n+12065550100,Ann\n+12065550100,Bob\n+12065550100,Ann\n");
    assertEquals(new ReplaySummary(3, 2, 1, 0, 0, null), replay(file));
    var before = door.accepted();
    var later = new FixedClock(FixedClock.NOON.now().plus(Duration.ofDays(1)));
    ReplaySummary again =
        new Replay(config(List.of(Source.file(file)), Map.of()), later).run(ReplayListener.NONE);
    assertEquals(new ReplaySummary(3, 0, 3, 0, 0, null), again);
    assertEquals(before, door.accepted());
  }

  @Test
  void shouldMakeTheSameTokenWhateverTheOrderOfColumnsAndTheFormat() throws IOException {
    replay(file("a.csv", "phone,x,y\n+12065550100,1,2\n"));
    replay(file("b.csv", "y;phone;x\n2;+12065550100;1\n"));
    replay(
        file(
            "c.ndjson",
            "{\"attributes\":{\"y\":\"2\",\"x\":\"1\"},\"phoneNumber\":\"+12065550100\"}"));
    assertEquals(1, door.accepted().size());
    // Pinned: a release that changed it would dial everybody twice.
    assertEquals(
        "G84aPGxpnxeiABK-gw2rMGHAbhzMXMNGLg4sYR4Nrg8", door.only().path("clientToken").asText());
  }

  @Test
  void shouldMakeAnotherTokenForAnotherCampaignOrAttribute() {
    Lead lead = new Lead();
    lead.phoneNumber = "+12065550100";
    String bare = new MadeToken("c-1").of(lead);
    assertNotEquals(bare, new MadeToken("c-2").of(lead));
    lead.attributes.put("ab", "c");
    String first = new MadeToken("c-1").of(lead);
    lead.attributes.clear();
    lead.attributes.put("a", "bc");
    assertNotEquals(first, new MadeToken("c-1").of(lead));
    assertTrue(bare.matches("[A-Za-z0-9_-]{43}"));
  }

  @Test
  void shouldMapMembersToColumns() throws IOException {
    Path file =
        file(
            "leads.csv",
            """
            Tel;Phone;LeadId;ValidUntil;Vorname;validFor
            +12065550100;other;L-1;2026-11-21 18:00:00Z;Ann;
            +12065550101;other;L-2;;Bob;20
            +12065550102;other;L-3;;Cyd;-1h
            +12065550103;other;L-4;;Dan;
            """);
    var columns =
        Map.of(
            "phoneNumber", "Tel",
            "clientToken", "leadid",
            "expirationTime", "ValidUntil",
            "expiresIn", "validFor",
            "attributes.first_name", "Vorname");
    assertEquals(4, run(config(List.of(Source.file(file)), columns)).accepted());
    assertEquals(
        List.of(
            "2026-11-21T18:00:00.000Z",
            "2026-11-21T12:00:20.000Z",
            "2026-11-21T11:00:00.000Z",
            "2026-11-21T16:00:00.000Z"),
        door.accepted().stream().map(lead -> lead.path("expirationTime").asText()).toList());
    assertEquals(
        "{\"Phone\":\"other\",\"first_name\":\"Ann\"}",
        door.accepted().get(0).path("attributes").toString());
  }

  @Test
  void shouldNameTheColumnsThereAreWhenAMappedOneIsMissing() throws IOException {
    Path file = file("leads.csv", "Tel,Name\n+12065550100,Ann\n");
    var config = config(List.of(Source.file(file)), Map.of("phoneNumber", "Telephone"));
    ReplayException fault = assertThrows(ReplayException.class, () -> run(config));
    assertEquals(ReplayException.Kind.USAGE, fault.kind());
    assertEquals(
        file + ": no column Telephone as --map says (columns: Tel, Name)", fault.getMessage());
    fault = assertThrows(ReplayException.class, () -> replay(file));
    assertEquals(
        file
            + ": no column is known to hold the number (columns: Tel, Name; expected: --map"
            + " phoneNumber=COLUMN)",
        fault.getMessage());
    fault =
        assertThrows(
            ReplayException.class,
            () -> run(config(List.of(Source.file(file)), Map.of("phone", "Tel"))));
    assertEquals(ReplayException.Kind.USAGE, fault.kind());
  }

  @Test
  void shouldNotShowTheFirstLeadOfAFileWithoutAHeader() throws IOException {
    Path file = file("leads.csv", "+12065550100,Ann\n");
    ReplayException fault = assertThrows(ReplayException.class, () -> replay(file));
    assertFalse(fault.toString().contains("2065550100"), fault.toString());
    assertFalse(fault.toString().contains("Ann"), fault.toString());
  }

  @Test
  void shouldRefuseAFileThatIsNotThereOrNotUtf8() throws IOException {
    ReplayException missing =
        assertThrows(ReplayException.class, () -> Source.file(directory.resolve("missing.csv")));
    assertEquals(ReplayException.Kind.USAGE, missing.kind());
    Path wide = directory.resolve("wide.csv");
    Files.write(wide, "\uFEFFphone\n+12065550100\n".getBytes(StandardCharsets.UTF_16LE));
    ReplayException utf16 = assertThrows(ReplayException.class, () -> replay(wide));
    assertEquals(ReplayException.Kind.USAGE, utf16.kind());
    Path array = file("leads.json", "[{\"phoneNumber\":\"+12065550100\"}]");
    assertThrows(ReplayException.class, () -> replay(array));
  }

  @Test
  void shouldRejectRowsWithLineMemberAndReasonInTheirOrder() throws IOException {
    byte[] text =
        """
        phone,expires,name
        +12065550100,,fine
        ,,nobody
        12065550101,,no plus
        +12065550102,tomorrow,late
        +12065550103,,"two
        lines"
        +12065550104,,extra,cells
        +12065550105,,M?ller
        "+12065550106"x,,stray
        12065550107,,no plus either
        +12065550108,,fine too
        """
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < text.length; i++) {
      text[i] = text[i] == '?' ? (byte) 0xFC : text[i];
    }
    Path file = directory.resolve("leads.csv");
    Files.write(file, text);
    ReplaySummary summary = replay(file);
    assertEquals(new ReplaySummary(10, 3, 0, 7, 0, rejects), summary);
    assertEquals(
        List.of(
            "file,line,member,reason",
            file + ",3,phoneNumber,missing (expected: a number such as +12065550100)",
            file + ",4,phoneNumber,not E.164",
            file
                + ",5,expirationTime,\"not a time (expected: ISO 8601 with Z or an offset, such as"
                + " 2026-11-21T18:00:00Z, or seconds since 1970)\"",
            file + ",8,,more fields than the header has (expected: 3)",
            file + ",9,name,not UTF-8 (expected: UTF-8)",
            file + ",10,,\"a quote is not closed, or more text follows it (expected: \"\"…\"\")\"",
            file + ",11,phoneNumber,not E.164"),
        rejectLines());
  }

  @Test
  void shouldNotLoseTheRestOfAFileToAQuoteThatIsNeverClosed() throws IOException {
    Path file =
        file(
            "leads.csv",
            "phone,name\n+12065550100,\"Ann\n" + rows(1, 30_000) + "+12065550199,\"Bob");
    ReplaySummary summary = replay(file);
    assertEquals(29_999, summary.accepted());
    assertEquals(2, summary.rejected());
    assertEquals(List.of("2", "30002"), lineNumbers());
  }

  @Test
  void shouldKeepEveryRejectOfAFileThatIsAllWrong() throws IOException {
    var text = new StringBuilder("phone,id\n");
    for (int i = 0; i < 5_500; i++) {
      text.append(i % 2 == 0 ? "1" : "").append(",x-").append(i).append('\n');
    }
    ReplaySummary summary = replay(file("leads.csv", text.toString()));
    assertEquals(5_500, summary.rejected());
    assertEquals(
        IntStream.rangeClosed(2, 5_501).mapToObj(Integer::toString).toList(), lineNumbers());
  }

  @Test
  void shouldSendALongFileInRequestsOfBoundedSize() throws IOException {
    ReplaySummary summary = replay(file("leads.csv", "phone,id\n" + rows(0, 25_300)));
    assertEquals(25_300, summary.accepted());
    assertEquals(25_300, door.requestLines().stream().mapToInt(Integer::intValue).sum());
    assertEquals(26, door.requestLines().size());
    assertTrue(door.requestLines().stream().allMatch(lines -> lines <= Chunk.LINES_MAX));
  }

  @Test
  void shouldReadSeveralFilesWithHeadersOfTheirOwn() throws IOException {
    Path first = file("a.csv", "phone,id\n+12065550100,a\n1,b\n");
    Path second = file("b.csv", "id;msisdn\nc;+12065550101\nd;2\n");
    ReplaySummary summary = run(config(List.of(Source.file(first), Source.file(second)), Map.of()));
    assertEquals(new ReplaySummary(4, 2, 0, 2, 0, rejects), summary);
    assertEquals(
        List.of(first + ",3,phoneNumber,not E.164", second + ",3,phoneNumber,not E.164"),
        rejectLines().stream().skip(1).toList());
  }

  @Test
  void shouldCountALineOnceWhenTheConnectionBreaksAndItIsSentAgain() throws IOException {
    // 10 lines are synced, all the others are taken too, but the answer never comes.
    door.script.add(Act.cutAfter(10, true));
    ReplaySummary summary = replay(file("leads.csv", "phone,id\n" + rows(0, 100) + rows(0, 7)));
    assertEquals(100, door.accepted().size());
    assertEquals(new ReplaySummary(107, 100, 7, 0, 0, null), summary);
    assertEquals(List.of(107, 97), door.requestLines());
  }

  @Test
  void shouldSendAgainWhatFollowsTheLastSyncedLineAfterOverload() throws IOException {
    door.script.add(Act.overloadAfter(40));
    door.script.add(Act.refuse(429, "ThrottlingException"));
    door.script.add(Act.refuse(503, "ServiceUnavailable"));
    String text = "phone,id\n" + rows(0, 50) + "1,x\n" + rows(50, 60) + rows(0, 3);
    ReplaySummary summary = replay(file("leads.csv", text));
    assertEquals(new ReplaySummary(64, 60, 3, 1, 0, rejects), summary);
    assertEquals(List.of(64, 24), door.requestLines());
    assertEquals(2, door.refused());
    assertEquals(List.of("52"), lineNumbers());
  }

  @Test
  void shouldContinueByBeingRunAgainAfterPatienceHasEnded() throws IOException {
    Path file = file("leads.csv", "phone,id\n" + rows(0, 3_000));
    door.script.add(Act.cutAfter(500, false));
    for (int i = 0; i < 8; i++) {
      door.script.add(Act.refuse(429, "ThrottlingException"));
    }
    var impatient = impatient(config(List.of(Source.file(file)), Map.of()));
    ReplayException end = assertThrows(ReplayException.class, () -> run(impatient));
    assertEquals(ReplayException.Kind.ENDPOINT, end.kind());
    assertTrue(end.toString().contains("running the same command again continues"), end.toString());
    ReplaySummary soFar = end.soFar();
    assertNotNull(soFar);
    int accepted = door.accepted().size();
    assertTrue(soFar.accepted() >= 500 && soFar.accepted() <= accepted, soFar.toString());
    door.script.clear();
    ReplaySummary rest = replay(file);
    assertEquals(3_000, rest.rows());
    assertEquals(accepted, rest.duplicates());
    assertEquals(3_000 - accepted, rest.accepted());
    assertEquals(3_000, door.accepted().size());
  }

  @Test
  void shouldReadTheAnswerOfAServerThatDoesNotReadYet() throws IOException {
    door.script.add(Act.flood());
    String notes = "n".repeat(500);
    var text = new StringBuilder("phone,id,notes\n");
    for (String row : rows(0, 1_000).lines().toList()) {
      text.append(row).append(',').append(notes).append('\n');
    }
    assertEquals(1_000, replay(file("leads.csv", text.toString())).accepted());
  }

  @Test
  void shouldGiveUpAnAnswerThatNeverComes() throws IOException {
    Path file = file("leads.csv", "phone,id\n" + rows(0, 10));
    door.script.add(Act.silence());
    door.script.add(Act.silence());
    var config = impatient(config(List.of(Source.file(file)), Map.of()));
    ReplayException end =
        assertThrows(
            ReplayException.class,
            () -> new Replay(config, new HurryingClock()).run(ReplayListener.NONE));
    assertTrue(end.toString().contains("no answer for"), end.toString());
  }

  @Test
  void shouldEndAtOnceWhenTheCampaignIsRefused() throws IOException {
    Path file = file("leads.csv", "phone,id\n" + rows(0, 10));
    door.script.add(Act.refuse(404, "ResourceNotFoundException"));
    ReplayException unknown = assertThrows(ReplayException.class, () -> replay(file));
    assertEquals(ReplayException.Kind.ENDPOINT, unknown.kind());
    assertEquals(
        door.endpoint()
            + " refuses campaign c 1: 404 ResourceNotFoundException, as the script says",
        unknown.getMessage());
    door.script.add(Act.refuse(409, "InvalidCampaignStateException"));
    ReplayException stopped = assertThrows(ReplayException.class, () -> replay(file));
    assertEquals(ReplayException.Kind.ENDPOINT, stopped.kind());
    assertEquals(2, door.refused());
  }

  @Test
  void shouldSayThatTheEndpointCantBeReached() throws IOException {
    Path file = file("leads.csv", "phone,id\n" + rows(0, 10));
    URI gone = door.endpoint();
    door.close();
    var config = impatient(config(gone, List.of(Source.file(file)), Map.of()));
    ReplayException end = assertThrows(ReplayException.class, () -> run(config));
    assertEquals(ReplayException.Kind.ENDPOINT, end.kind());
    assertTrue(end.toString().contains(gone + ": can't be reached"), end.toString());
  }

  @Test
  void shouldKeepRowsOfEarlierFilesWhenALaterOneIsNoGood() throws IOException {
    Path good = file("a.csv", "phone,id\n" + rows(0, 10));
    Path bad = file("b.csv", "who,what\nx,y\n");
    var config = config(List.of(Source.file(good), Source.file(bad)), Map.of());
    ReplayException fault = assertThrows(ReplayException.class, () -> run(config));
    assertEquals(ReplayException.Kind.USAGE, fault.kind());
    ReplaySummary soFar = fault.soFar();
    assertNotNull(soFar);
    assertEquals(10, soFar.accepted());
  }

  @Test
  void shouldTakeEmptyFilesAndHeadersAlone() throws IOException {
    assertEquals(0, replay(file("a.csv", "")).rows());
    assertEquals(0, replay(file("b.csv", "phone,id\n")).rows());
    assertEquals(0, replay(file("c.ndjson", "\n\n")).rows());
    assertNull(replay(file("d.csv", "phone")).rejects());
  }

  @Test
  void shouldNotWriteRejectsOverAFileBeingReplayed() throws IOException {
    Path file = file("rejects.csv", "phone,id\n+12065550100,a\n");
    assertThrows(ReplayException.class, () -> replay(file));
    assertEquals("phone,id\n+12065550100,a\n", Files.readString(file));
  }

  @Test
  void shouldTellHowFarItIs() throws IOException {
    Path file = file("leads.csv", "phone,id\n" + rows(0, 2_500));
    List<ReplayProgress> told = new ArrayList<>();
    new Replay(config(List.of(Source.file(file)), Map.of()), FixedClock.NOON).run(told::add);
    ReplayProgress last = told.get(told.size() - 1);
    long bytes = Files.size(file);
    assertEquals(
        new ReplayProgress(
            file.toString(), 1, 1, 2_500, 2_500, 0, 0, bytes, bytes, bytes, bytes, ""),
        last);
  }

  private ReplaySummary replay(Path file) {
    return run(config(List.of(Source.file(file)), Map.of()));
  }

  private static ReplaySummary run(ReplayConfig config) {
    return new Replay(config, FixedClock.NOON).run(ReplayListener.NONE);
  }

  private ReplayConfig config(List<Source> sources, Map<String, String> columns) {
    return config(door.endpoint(), sources, columns);
  }

  private ReplayConfig config(URI endpoint, List<Source> sources, Map<String, String> columns) {
    return new ReplayConfig(
        endpoint,
        "c 1",
        sources,
        columns,
        Duration.ofHours(4),
        null,
        rejects,
        4,
        Duration.ofMinutes(1),
        1,
        30_000);
  }

  private static ReplayConfig withDelimiter(ReplayConfig config, char delimiter) {
    return new ReplayConfig(
        config.endpoint(),
        config.campaignId(),
        config.sources(),
        config.columns(),
        config.expiresIn(),
        delimiter,
        config.rejects(),
        config.connections(),
        config.patience(),
        config.backoffMs(),
        config.silenceMs());
  }

  private static ReplayConfig withRate(ReplayConfig config, double rowsPerSecond) {
    return new ReplayConfig(
        config.endpoint(),
        config.campaignId(),
        config.sources(),
        config.columns(),
        config.expiresIn(),
        config.delimiter(),
        config.rejects(),
        config.connections(),
        config.patience(),
        config.backoffMs(),
        config.silenceMs(),
        config.identification(),
        config.tls(),
        rowsPerSecond);
  }

  private static ReplayConfig impatient(ReplayConfig config) {
    return new ReplayConfig(
        config.endpoint(),
        config.campaignId(),
        config.sources(),
        config.columns(),
        config.expiresIn(),
        config.delimiter(),
        config.rejects(),
        1,
        Duration.ZERO,
        1,
        100);
  }

  private List<String> rejectLines() throws IOException {
    return Files.readString(rejects).lines().toList();
  }

  /** The second column of the rejects. */
  private List<String> lineNumbers() throws IOException {
    return rejectLines().stream()
        .skip(1)
        .map(line -> line.replaceFirst("^[^,]*,(\\d+),.*$", "$1"))
        .toList();
  }

  private static String rows(int from, int to) {
    var text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append("+1206").append(5_550_100 + i).append(",id-").append(i).append('\n');
    }
    return text.toString();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static byte[] zstd(String text) {
    return Zstd.compress(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /** Ten seconds later at every look. */
  private static final class HurryingClock implements Clock {
    private final AtomicLong nowNs = new AtomicLong();

    @Override
    public long nanoTime() {
      return nowNs.addAndGet(10_000_000_000L);
    }

    @Override
    public long epochMs() {
      return FixedClock.NOON.epochMs();
    }
  }
}
