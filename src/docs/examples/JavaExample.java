import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaigns.model.DialRequest;
import software.amazon.awssdk.services.connectcampaigns.model.PutDialRequestBatchResponse;

/**
 * Puts a dial request with the AWS SDK for Java 2 and reads what became of it.
 *
 * <p>usage: java -cp SDK JavaExample.java ENDPOINT CAMPAIGN CLIENT_TOKEN PHONE_NUMBER
 *
 * <p>Credentials and Region as always; without a key file at the service any will do.
 */
public class JavaExample {
  public static void main(String[] args) throws Exception {
    URI endpoint = URI.create(args[0]);
    String campaign = args[1];
    String token = args[2];
    try (ConnectCampaignsClient campaigns =
        ConnectCampaignsClient.builder().endpointOverride(endpoint).build()) {
      PutDialRequestBatchResponse answer =
          campaigns.putDialRequestBatch(
              put ->
                  put.id(campaign)
                      .dialRequests( // 25 at most
                          DialRequest.builder()
                              .clientToken(token) // again the same token is the same request
                              .phoneNumber(args[3])
                              .expirationTime(Instant.now().plus(Duration.ofHours(4)))
                              .attributes(Map.of("first_name", "Ann"))
                              .build()));
      answer.failedRequests().forEach(f -> System.out.println(f.clientToken() + " " + f.failureCodeAsString()));
      answer.successfulRequests().forEach(s -> System.out.println(s.clientToken() + " " + s.id()));
    }
    // The SDK has no such call.
    HttpRequest status =
        HttpRequest.newBuilder(endpoint.resolve("/campaigns/" + campaign + "/dial-requests/" + token)).build();
    System.out.println(
        HttpClient.newHttpClient().send(status, HttpResponse.BodyHandlers.ofString()).body());
  }
}
