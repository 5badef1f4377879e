package io.dialspool.demo;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the demo's leads: the same 10,000 rows at every run. 9,300 that may be dialled (100 of them
 * with a deadline that passes while they are held), 200 with a number that is none, 300 whose
 * deadline has passed, and 200 rows that come a second time under their token.
 *
 * <p>Numbers are libphonenumber's examples with other subscriber digits, kept where libphonenumber
 * calls them valid. To make the file anew, say after a change of libphonenumber:
 *
 * <pre>
 * mvn -q test-compile exec:java -Dexec.classpathScope=test -Dexec.mainClass=io.dialspool.demo.LeadsGenerator
 * </pre>
 */
final class LeadsGenerator {
  static final Path RESOURCE = Path.of("src/main/resources/io/dialspool/demo/leads.csv.gz");
  static final int GOOD = 9_200;
  static final int EXPIRING = 100;
  static final int INVALID = 200;
  static final int PAST = 300;
  static final int DOUBLED = 200;

  private static final List<String> HEADER =
      List.of(
          "phoneNumber",
          "clientToken",
          "validFor",
          "first_name",
          "last_name",
          "country",
          "language",
          "product");
  private static final List<Country> COUNTRIES =
      List.of(
          new Country("US", "en", "Ann Bob Carla Dwight Elena", "Smith Johnson O'Neill Garcia Lee"),
          new Country("CA", "fr", "Chloé Luc Amélie Noah Zoé", "Tremblay Gagnon Roy Côté Bouchard"),
          new Country(
              "GB", "en", "Amelia Oliver Isla Harry Freya", "Jones Taylor Brown Davies Evans"),
          new Country("IE", "en", "Aoife Seán Niamh Conor Róisín", "Murphy Kelly Byrne Ryan Walsh"),
          new Country(
              "DE", "de", "Jürgen Änne Lukas Sophie Björn", "Müller Schäfer Weiß Vogel Groß"),
          new Country(
              "AT", "de", "Resi Florian Leni Jakob Vroni", "Gruber Huber Wagner Pichler Moser"),
          new Country(
              "CH", "de", "Reto Ursina Beat Seraina Urs", "Zürcher Meier Keller Frei Bühler"),
          new Country(
              "FR", "fr", "Léa Hugo Inès Théo Maëlle", "Martin Bernard Lefèvre Dubois Noël"),
          new Country(
              "BE", "nl", "Lotte Wout Fien Senne Noor", "Peeters Janssens Maes Jacobs Claes"),
          new Country("NL", "nl", "Daan Sanne Bram Femke Sven", "Jansen Bakker Visser Smit Mulder"),
          new Country(
              "ES", "es", "Lucía Íñigo Sofía Álvaro Begoña", "García Núñez López Ibáñez Peña"),
          new Country(
              "PT", "pt", "João Inês Tomás Conceição Rui", "Silva Santos Gonçalves Araújo Sá"),
          new Country(
              "IT", "it", "Giulia Niccolò Chiara Matteo Zoe", "Rossi Bianchi Dalla Ricci Conti"),
          new Country(
              "DK", "da", "Søren Åse Mads Freja Jørgen", "Nielsen Jensen Sørensen Møller Bæk"),
          new Country(
              "NO", "nb", "Bjørn Ingrid Øyvind Sigrid Lars", "Hansen Olsen Bråten Ødegård Dahl"),
          new Country(
              "SE", "sv", "Åsa Björn Märta Nils Örjan", "Andersson Åkesson Öberg Lindqvist Ek"),
          new Country(
              "FI", "fi", "Väinö Aino Eero Päivi Jyrki", "Korhonen Mäkinen Hämäläinen Laine Koski"),
          new Country(
              "PL", "pl", "Łukasz Zofia Paweł Małgorzata Jan", "Nowak Wójcik Kamiński Zając Dąbek"),
          new Country(
              "AU", "en", "Matilda Jack Ruby Cooper Evie", "Williams Wilson Nguyen White Martin"),
          new Country(
              "NZ", "en", "Aroha Liam Mere Tane Charlotte", "Walker Harris Te-Rangi Cook Scott"),
          new Country("JP", "ja", "陽菜 蓮 結衣 湊 葵", "佐藤 鈴木 高橋 田中 渡辺"),
          new Country("IN", "hi", "Priya Arjun Ananya Rohan Meera", "Sharma Patel Iyer Khan Reddy"),
          new Country(
              "BR",
              "pt",
              "Júlia Antônio Luíza Vinícius Íris",
              "Souza Oliveira Conceição Araújo Lima"),
          new Country(
              "MX", "es", "Ximena José Regina Ángel Itzel", "Hernández Martínez Muñoz Cruz Peña"),
          new Country(
              "ZA", "en", "Thandi Pieter Naledi Sipho Anri", "Dlamini Botha Naidoo Nkosi van-Wyk"));
  private static final List<String> PRODUCTS =
      List.of(
          "Mobile 20",
          "Mobile 50",
          "Fibre \"Home\", 100 Mbit",
          "Fibre \"Office\", 1 Gbit",
          "TV + Phone",
          "Renewal");
  private static final List<String> SPANS = List.of("", "", "", "", "3600", "7200", "14400");
  private static final List<PhoneNumberType> TYPES =
      List.of(PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE);
  private static final Set<PhoneNumberType> TYPES_KEPT =
      EnumSet.of(
          PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE);

  /** Names are in the order of use, with blanks between them. */
  private record Country(String region, String language, String firstNames, String lastNames) {}

  private final PhoneNumberUtil phoneNumbers = PhoneNumberUtil.getInstance();
  private final Random random = new Random(20_261_121);
  private final Set<String> numbers = new HashSet<>();

  private LeadsGenerator() {}

  public static void main(String[] args) throws IOException {
    Files.createDirectories(RESOURCE.getParent());
    try (var gzip = new GZIPOutputStream(Files.newOutputStream(RESOURCE))) {
      gzip.write(csv().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The file before it is packed. */
  static String csv() {
    return new LeadsGenerator().generate();
  }

  private String generate() {
    List<String> spans = new ArrayList<>();
    for (int i = 0; i < GOOD; i++) {
      spans.add(pick(SPANS));
    }
    for (int i = 0; i < EXPIRING; i++) {
      spans.add(Integer.toString(20 + random.nextInt(10)));
    }
    for (int i = 0; i < PAST; i++) {
      spans.add(Integer.toString(-60 - random.nextInt(86_400)));
    }
    List<List<String>> rows = new ArrayList<>();
    for (String span : spans) {
      Country country = pick(COUNTRIES);
      rows.add(row(country, number(country), span));
    }
    List<List<String>> doubled = new ArrayList<>(rows.subList(0, DOUBLED));
    for (int i = 0; i < INVALID; i++) {
      Country country = pick(COUNTRIES);
      rows.add(row(country, spoilt(number(country), i), ""));
    }
    shuffle(rows);
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).set(1, String.format(Locale.ROOT, "lead-%05d", i + 1));
    }
    // The second of two comes anywhere behind the first.
    for (List<String> row : doubled) {
      int first = rows.indexOf(row);
      rows.add(first + 1 + random.nextInt(rows.size() - first), row);
    }
    return write(rows);
  }

  private List<String> row(Country country, String number, String span) {
    return Arrays.asList(
        number,
        "",
        span,
        pick(List.of(country.firstNames().split(" ", -1))),
        pick(List.of(country.lastNames().split(" ", -1))),
        country.region(),
        country.language(),
        pick(PRODUCTS));
  }

  /** A number of the country that libphonenumber calls valid and nobody else in the file has. */
  private String number(Country country) {
    for (int tries = 0; tries < 10_000; tries++) {
      PhoneNumber example = phoneNumbers.getExampleNumberForType(country.region(), pick(TYPES));
      char[] digits = phoneNumbers.getNationalSignificantNumber(example).toCharArray();
      for (int i = digits.length - 5; i < digits.length; i++) {
        digits[i] = (char) ('0' + random.nextInt(10));
      }
      var varied =
          new PhoneNumber()
              .setCountryCode(example.getCountryCode())
              .setNationalNumber(Long.parseLong(new String(digits)));
      if (example.hasItalianLeadingZero()) {
        varied.setItalianLeadingZero(true);
      }
      String number = phoneNumbers.format(varied, PhoneNumberFormat.E164);
      if (phoneNumbers.isValidNumber(varied)
          && TYPES_KEPT.contains(phoneNumbers.getNumberType(varied))
          && numbers.add(number)) {
        return number;
      }
    }
    throw new IllegalStateException(country.region() + ": no more numbers");
  }

  /** What lists of leads hold in place of numbers. */
  private static String spoilt(String number, int i) {
    return switch (i % 5) {
      case 0 -> number.substring(1);
      case 1 -> number.substring(0, 7);
      case 2 -> number + "0123456789".substring(0, 16 - number.length() + 1);
      case 3 -> "+999" + number.substring(number.length() - 8);
      default ->
          number.substring(0, number.length() - 4) + "x" + number.substring(number.length() - 4);
    };
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  // Written out: Collections.shuffle promises no order for a seed.
  private void shuffle(List<List<String>> rows) {
    for (int i = rows.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      List<String> swap = rows.get(i);
      rows.set(i, rows.get(j));
      rows.set(j, swap);
    }
  }

  private static String write(List<List<String>> rows) {
    var text = new StringWriter();
    try (var csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      csv.writeRecord(HEADER);
      rows.forEach(csv::writeRecord);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
