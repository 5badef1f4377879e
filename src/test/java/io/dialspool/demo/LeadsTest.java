package io.dialspool.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class LeadsTest {
  @Test
  void shouldBundleWhatTheGeneratorMakes() throws IOException {
    // Unpacked: how deflate packs differs from one zlib to the next.
    assertTrue(LeadsGenerator.csv().equals(bundled()), "make leads.csv.gz anew");
  }

  @Test
  void shouldHoldGoodInvalidDoubledAndLateLeadsInKnownNumbers() throws IOException {
    List<NamedCsvRecord> rows = new ArrayList<>();
    CsvReader.builder().ofNamedCsvRecord(bundled()).forEach(rows::add);
    assertEquals(10_000, rows.size());
    int good = 0;
    int expiring = 0;
    int past = 0;
    int invalid = 0;
    int doubled = 0;
    Map<String, List<String>> byToken = new HashMap<>();
    Set<String> numbers = new HashSet<>();
    for (NamedCsvRecord row : rows) {
      List<String> before = byToken.putIfAbsent(row.getField("clientToken"), row.getFields());
      if (before != null) {
        assertEquals(before, row.getFields());
        doubled++;
        continue;
      }
      for (String attribute :
          List.of("first_name", "last_name", "country", "language", "product")) {
        assertFalse(row.getField(attribute).isBlank());
      }
      String number = row.getField("phoneNumber");
      String span = row.getField("validFor");
      if (!mayBeDialled(number)) {
        invalid++;
        continue;
      }
      assertTrue(numbers.add(number), "a number twice");
      if (span.startsWith("-")) {
        past++;
      } else if (!span.isEmpty() && Integer.parseInt(span) < 35) {
        expiring++;
      } else {
        good++;
      }
    }
    assertEquals(9_200, good);
    assertEquals(100, expiring);
    assertEquals(300, past);
    assertEquals(200, invalid);
    assertEquals(200, doubled);
  }

  private static boolean mayBeDialled(String number) {
    try {
      PhoneNumberUtil util = PhoneNumberUtil.getInstance();
      return number.matches("\\+\\d{8,15}") && util.isValidNumber(util.parse(number, "ZZ"));
    } catch (NumberParseException e) {
      return false;
    }
  }

  private static String bundled() throws IOException {
    try (var resource = LeadsTest.class.getResourceAsStream("/io/dialspool/demo/leads.csv.gz")) {
      assertNotNull(resource);
      return new String(new GZIPInputStream(resource).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
