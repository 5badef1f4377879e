package io.dialspool.replay;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import io.dialspool.ring.DialItems;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How many numbers belong to which country, by their calling codes. Those under +1 are told apart
 * by their area codes, each asked once of libphonenumber; of another code that several countries
 * share the main one stands for all, for there it takes the whole number to tell.
 */
final class Countries {
  private static final int NORTH_AMERICA = 1;
  private static final int CODES = 1_000;
  private static final int AREAS = 1_000;

  private final PhoneNumberUtil util = PhoneNumberUtil.getInstance();
  private final long[] byCode = new long[CODES];
  private final long[] byArea = new long[AREAS];
  private final String[] regionOfArea = new String[AREAS];
  private final boolean[] isCode = new boolean[CODES];

  Countries() {
    util.getSupportedCallingCodes().forEach(code -> isCode[code] = true);
  }

  /** Counts one; the number is E.164 with a calling code that exists. */
  void count(DialItems items, int item) {
    byte[] bytes = items.bytes();
    int at = items.phoneAt(item) + 1;
    int code = bytes[at] - '0';
    int digits = 1;
    while (!isCode[code] && digits < 3) {
      code = code * 10 + bytes[at + digits++] - '0';
    }
    byCode[code]++;
    if (code == NORTH_AMERICA) {
      int area = (bytes[at + 1] - '0') * 100 + (bytes[at + 2] - '0') * 10 + bytes[at + 3] - '0';
      byArea[area]++;
      if (regionOfArea[area] == null) {
        regionOfArea[area] = regionOf(bytes, at - 1, items.phoneBytes(item));
      }
    }
  }

  // By area code alone: with any other number behind it the answer would be the same.
  private String regionOf(byte[] bytes, int at, int length) {
    String number = new String(bytes, at, length, StandardCharsets.US_ASCII);
    try {
      String region =
          util.getRegionCodeForNumber(util.parse(number.substring(0, 5) + "2345678", null));
      return region == null ? "" : region;
    } catch (NumberParseException e) {
      return "";
    }
  }

  /** Most rows first. */
  List<DryRun.Country> all() {
    var all = new ArrayList<DryRun.Country>();
    for (int code = 0; code < CODES; code++) {
      if (code == NORTH_AMERICA) {
        addNorthAmerica(all);
      } else if (byCode[code] > 0) {
        String region = util.getRegionCodeForCountryCode(code);
        boolean several = util.getRegionCodesForCountryCode(code).size() > 1;
        all.add(new DryRun.Country(code, region, several, name(region), byCode[code]));
      }
    }
    all.sort(Comparator.comparingLong(DryRun.Country::rows).reversed());
    return List.copyOf(all);
  }

  private void addNorthAmerica(List<DryRun.Country> all) {
    var regions = new java.util.TreeMap<String, Long>();
    for (int area = 0; area < AREAS; area++) {
      if (byArea[area] > 0) {
        regions.merge(regionOfArea[area], byArea[area], Long::sum);
      }
    }
    regions.forEach(
        (region, rows) ->
            all.add(new DryRun.Country(NORTH_AMERICA, region, false, name(region), rows)));
  }

  private static String name(String region) {
    String name = new Locale("", region).getDisplayCountry(Locale.ENGLISH);
    return region.isEmpty()
        ? "no area code in use"
        : region.equals("001") ? "international services" : name;
  }
}
