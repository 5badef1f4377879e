package io.dialspool.conformance;

import com.amazonaws.AmazonServiceException;
import com.amazonaws.ClientConfiguration;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.connectcampaign.AmazonConnectCampaign;
import com.amazonaws.services.connectcampaign.AmazonConnectCampaignClientBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Operation;
import io.dialspool.api.Operation.Version;
import io.dialspool.api.Operations;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The AWS SDK for Java v1; of the API it knows version 2021-01-30 alone. */
final class JavaV1 implements AwsClient {
  private static final String MODEL = "com.amazonaws.services.connectcampaign.model.";

  private final AmazonConnectCampaign client;

  JavaV1(Door door, KeyRing key) {
    // Else each client tells at length that this SDK is no longer kept.
    System.setProperty("aws.java.v1.disableDeprecationAnnouncement", "true");
    client =
        AmazonConnectCampaignClientBuilder.standard()
            .withEndpointConfiguration(new EndpointConfiguration(door.url(), Door.REGION))
            .withCredentials(
                new AWSStaticCredentialsProvider(
                    new BasicAWSCredentials(key.accessKeyId(), key.secretAccessKey())))
            .withClientConfiguration(new ClientConfiguration().withMaxErrorRetry(0))
            .build();
  }

  @Override
  public List<Operation> operations() {
    return Operations.ALL.stream().filter(operation -> operation.version() == Version.V1).toList();
  }

  @Override
  public ObjectNode call(Operation operation, ObjectNode input) {
    try {
      Class<?> type = Class.forName(MODEL + operation.name() + "Request");
      Object answer =
          AmazonConnectCampaign.class
              .getMethod(JavaV2.methodName(operation), type)
              .invoke(client, filled(type, input));
      return taken(answer);
    } catch (InvocationTargetException e) {
      throw ofCause(operation, e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the SDK has no " + operation, e);
    }
  }

  private static RuntimeException ofCause(Operation operation, InvocationTargetException ended) {
    if (!(ended.getCause() instanceof AmazonServiceException refused)) {
      return new IllegalStateException(operation + " ended in the SDK", ended.getCause());
    }
    ObjectNode members;
    try {
      members = taken(refused);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("unreadable " + refused.getClass(), e);
    }
    return new Refused(
        refused,
        refused.getStatusCode(),
        refused.getErrorCode(),
        refused.getErrorMessage(),
        refused.getRequestId(),
        members.path("xAmzErrorType").textValue(),
        members.path("state").textValue());
  }

  // --- typed from JSON

  private static Object filled(Class<?> type, JsonNode values) throws ReflectiveOperationException {
    Object bean = type.getConstructor().newInstance();
    for (var value : values.properties()) {
      Method setter = setter(type, value.getKey());
      setter.invoke(bean, typed(setter.getGenericParameterTypes()[0], value.getValue()));
    }
    return bean;
  }

  private static Method setter(Class<?> type, String member) {
    String name = "set" + Character.toUpperCase(member.charAt(0)) + member.substring(1);
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == 1) {
        return method;
      }
    }
    throw new AssertionError(type + " has no member " + member);
  }

  private static Object typed(Type type, JsonNode value) throws ReflectiveOperationException {
    if (type == String.class) {
      return value.textValue();
    } else if (type == Integer.class) {
      return value.intValue();
    } else if (type == Double.class) {
      return value.doubleValue();
    } else if (type == Boolean.class) {
      return value.booleanValue();
    } else if (type == Date.class) {
      return Date.from(Instant.parse(value.textValue()));
    } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
      var entries = new LinkedHashMap<String, String>();
      value.properties().forEach(e -> entries.put(e.getKey(), e.getValue().textValue()));
      return entries;
    } else if (type instanceof ParameterizedType generic
        && generic.getRawType() == Collection.class) {
      var items = new ArrayList<Object>();
      for (JsonNode item : value) {
        items.add(typed(generic.getActualTypeArguments()[0], item));
      }
      return items;
    }
    return filled((Class<?>) type, value);
  }

  // --- JSON from typed

  private static ObjectNode taken(Object bean) throws ReflectiveOperationException {
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    for (Method method : bean.getClass().getDeclaredMethods()) {
      if (method.getName().startsWith("get") && method.getParameterCount() == 0) {
        String name = method.getName().substring("get".length());
        JsonNode value = takenValue(method.invoke(bean));
        if (value != null) {
          values.set(Character.toLowerCase(name.charAt(0)) + name.substring(1), value);
        }
      }
    }
    return values;
  }

  private static @Nullable JsonNode takenValue(@Nullable Object value)
      throws ReflectiveOperationException {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (value == null) {
      return null; // the answer had none
    } else if (value instanceof String text) {
      return json.textNode(text);
    } else if (value instanceof Boolean bool) {
      return json.booleanNode(bool);
    } else if (value instanceof Number number) {
      return json.numberNode(number.doubleValue());
    } else if (value instanceof Collection<?> list) {
      ArrayNode items = json.arrayNode();
      for (Object item : list) {
        items.add(takenValue(item));
      }
      return items;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode entries = json.objectNode();
      map.forEach((key, entry) -> entries.put(String.valueOf(key), String.valueOf(entry)));
      return entries;
    }
    return taken(value);
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
