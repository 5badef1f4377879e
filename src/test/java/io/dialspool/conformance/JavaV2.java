package io.dialspool.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Operation;
import io.dialspool.api.Operation.Version;
import io.dialspool.api.Operations;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaignsv2.ConnectCampaignsV2Client;
import software.amazon.awssdk.utils.builder.Buildable;

/** The AWS SDK for Java v2, with a client for each version of the API. */
final class JavaV2 implements AwsClient {
  private final Map<Version, SdkClient> clients;

  /**
   * @param attempts of a call at most
   */
  JavaV2(Door door, KeyRing key, int attempts) {
    clients =
        Map.of(
            Version.V1,
            pointed(ConnectCampaignsClient.builder(), door, key, attempts).build(),
            Version.V2,
            pointed(ConnectCampaignsV2Client.builder(), door, key, attempts).build());
  }

  private static <B extends AwsClientBuilder<B, ?>> B pointed(
      B builder, Door door, KeyRing key, int attempts) {
    return builder
        .endpointOverride(URI.create(door.url()))
        .region(Region.of(Door.REGION))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey())))
        .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(attempts)));
  }

  /** The package of the API's typed shapes, with the dot at its end. */
  static String model(Version version) {
    return version == Version.V1
        ? "software.amazon.awssdk.services.connectcampaigns.model."
        : "software.amazon.awssdk.services.connectcampaignsv2.model.";
  }

  static Class<?> clientType(Version version) {
    return version == Version.V1 ? ConnectCampaignsClient.class : ConnectCampaignsV2Client.class;
  }

  static String methodName(Operation operation) {
    return Character.toLowerCase(operation.name().charAt(0)) + operation.name().substring(1);
  }

  @Override
  public List<Operation> operations() {
    return Operations.ALL;
  }

  @Override
  public ObjectNode call(Operation operation, ObjectNode input) {
    try {
      Class<?> type = Class.forName(model(operation.version()) + operation.name() + "Request");
      var builder = (SdkPojo) type.getMethod("builder").invoke(null);
      Object answer =
          clientType(operation.version())
              .getMethod(methodName(operation), type)
              .invoke(clients.get(operation.version()), filled(builder, input));
      return taken((SdkPojo) answer);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof AwsServiceException refused) {
        throw refused(refused);
      }
      throw new IllegalStateException(operation + " ended in the SDK", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the SDK has no " + operation, e);
    }
  }

  private static Refused refused(AwsServiceException refused) {
    ObjectNode members = taken((SdkPojo) refused);
    return new Refused(
        refused,
        refused.statusCode(),
        refused.awsErrorDetails().errorCode(),
        refused.awsErrorDetails().errorMessage(),
        refused.requestId(),
        members.path("xAmzErrorType").textValue(),
        members.path("state").textValue());
  }

  // --- typed from JSON

  private static Object filled(SdkPojo builder, ObjectNode values) {
    for (var value : values.properties()) {
      SdkField<?> field = field(builder, value.getKey());
      field.set(builder, typed(field, value.getValue()));
    }
    return ((Buildable) builder).build();
  }

  static SdkField<?> field(SdkPojo pojo, String name) {
    for (SdkField<?> field : pojo.sdkFields()) {
      if (field.memberName().equals(name)) {
        return field;
      }
    }
    throw new AssertionError(pojo.getClass() + " has no member " + name);
  }

  private static Object typed(SdkField<?> field, JsonNode value) {
    return switch (field.marshallingType().getKnownType()) {
      case STRING -> value.textValue();
      case INTEGER -> value.intValue();
      case DOUBLE -> value.doubleValue();
      case BOOLEAN -> value.booleanValue();
      case INSTANT -> Instant.parse(value.textValue());
      case SDK_POJO -> filled(field.constructor().get(), (ObjectNode) value);
      case LIST -> {
        SdkField<?> item = field.getTrait(ListTrait.class).memberFieldInfo();
        var items = new ArrayList<Object>();
        value.forEach(each -> items.add(typed(item, each)));
        yield items;
      }
      case MAP -> {
        SdkField<?> item = field.getTrait(MapTrait.class).valueFieldInfo();
        var entries = new LinkedHashMap<String, Object>();
        value.properties().forEach(e -> entries.put(e.getKey(), typed(item, e.getValue())));
        yield entries;
      }
      default -> throw new AssertionError("unforeseen type of " + field.memberName());
    };
  }

  // --- JSON from typed

  private static ObjectNode taken(SdkPojo pojo) {
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    for (SdkField<?> field : pojo.sdkFields()) {
      JsonNode value = taken(field.getValueOrDefault(pojo));
      if (value != null) {
        values.set(field.memberName(), value);
      }
    }
    return values;
  }

  private static @Nullable JsonNode taken(@Nullable Object value) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (value == null
        || value instanceof SdkAutoConstructList
        || value instanceof SdkAutoConstructMap) {
      return null; // the answer had none
    } else if (value instanceof SdkPojo pojo) {
      return taken(pojo);
    } else if (value instanceof List<?> list) {
      ArrayNode items = json.arrayNode();
      list.forEach(item -> items.add(taken(item)));
      return items;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode entries = json.objectNode();
      map.forEach((key, entry) -> entries.set(String.valueOf(key), taken(entry)));
      return entries;
    } else if (value instanceof Boolean bool) {
      return json.booleanNode(bool);
    } else if (value instanceof Number number) {
      return json.numberNode(number.doubleValue());
    }
    return json.textNode(value.toString());
  }

  @Override
  public void close() {
    clients.values().forEach(SdkClient::close);
  }
}
