package io.dialspool.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import io.dialspool.ring.Fault;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberRuleTest {
  private static final NumberRule RULE = NumberRule.load(false);
  private static final NumberRule IN_FULL = NumberRule.load(true);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+12065550100",
        "+4930123456",
        "+493012345678901",
        "+442079460018",
        "+390612345678",
        "+80012345678",
        "+883510012345",
        "+6531580000",
      })
  void shouldTakeNumbersOfALengthTheirCountryHas(String number) {
    assertNull(fault(RULE, number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"+15550100", "+1206555010", "+120655501000", "+80012345", "+3361234567"})
  void shouldRefuseNumbersOfALengthTheirCountryHasNot(String number) {
    assertEquals(NumberRule.LENGTH, fault(RULE, number));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "12065550100",
        "+1206555",
        "+1234567890123456",
        "+1206555010a",
        "+1 2065550100",
        "+1-206-5550100",
        "++2065550100",
        "+1206555010\u0660",
        "001206555010",
      })
  void shouldRefuseWhatIsNotE164(String number) {
    assertEquals(NumberRule.NOT_E164, fault(RULE, number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"+02065550100", "+99912345678", "+21012345678"})
  void shouldRefuseCallingCodesOfNoCountry(String number) {
    assertEquals(NumberRule.NO_COUNTRY, fault(RULE, number));
  }

  @Test
  void shouldTakeTheExampleNumberOfEveryRegion() {
    PhoneNumberUtil util = PhoneNumberUtil.getInstance();
    int taken = 0;
    for (String region : util.getSupportedRegions()) {
      taken += takesUnlessShort(util, util.getExampleNumber(region));
    }
    for (int code : util.getSupportedGlobalNetworkCallingCodes()) {
      taken += takesUnlessShort(util, util.getExampleNumberForNonGeoEntity(code));
    }
    assertTrue(taken > 230, "only " + taken);
  }

  @Test
  void shouldRefuseNumbersNotInUseOnlyWhenAskedInFull() {
    assertNull(fault(RULE, "+11111111111"));
    assertEquals(NumberRule.NOT_VALID, fault(IN_FULL, "+11111111111"));
    assertNull(fault(IN_FULL, "+12065550100"));
  }

  private static int takesUnlessShort(PhoneNumberUtil util, @Nullable PhoneNumber example) {
    assertTrue(example != null);
    String number = util.format(example, PhoneNumberFormat.E164);
    if (number.length() <= 8) {
      return 0; // a few islands have numbers of fewer than 8 digits in all
    }
    assertNull(fault(RULE, number), number);
    assertNull(fault(IN_FULL, number), number);
    return 1;
  }

  private static @Nullable Fault fault(NumberRule rule, String number) {
    byte[] bytes = ("9" + number + "9").getBytes(StandardCharsets.UTF_8);
    return rule.fault(bytes, 1, bytes.length - 2);
  }
}
