package io.dialspool.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetConfigTest {
  @ParameterizedTest
  @CsvSource({
    "connect-campaigns, '', true",
    "connect-campaigns, https://connect-campaigns.us-east-1.amazonaws.com, true",
    "connect-campaigns, https://CONNECT-CAMPAIGNS.us-east-1.AmazonAWS.com:443/, true",
    "connect-campaigns, https://connect-campaigns.cn-north-1.amazonaws.com.cn, true",
    "connect-campaigns, https://connect-campaigns.us-east-1.api.aws, true",
    "connect-campaigns, https://vpce-1.connect-campaigns.us-east-1.vpce.amazonaws.com, true",
    "connect-campaigns, https://connect-campaigns.us-east-1.amazonaws.com., true",
    "connect-campaigns, http://127.0.0.1:8027, false",
    "connect-campaigns, https://amazonaws.com.example.org, false",
    "connect-campaigns, https://not-amazonaws.com, false",
    "embedded, '', false"
  })
  void shouldKnowAmazonByItsNames(String kind, String endpoint, boolean amazon) {
    assertEquals(
        amazon,
        new TargetConfig(kind, endpoint, "us-east-1", "AKID", "secret", "", 10, 100, 1_000, 1)
            .isAmazon());
  }
}
