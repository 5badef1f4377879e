package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dialspool.api.DeclaredError;
import io.dialspool.api.Member;
import io.dialspool.api.Operation;
import io.dialspool.api.Operation.Version;
import io.dialspool.api.Operations;
import io.dialspool.api.Shape;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.protocols.core.OperationInfo;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;

/**
 * The description against what the AWS SDK for Java v2 was generated from: names, routes, members
 * with types and places, choices, declared errors. Lengths, ranges and patterns the SDK doesn't
 * know; those are the contract's.
 */
class DescriptionTest {
  private static final String REQUEST = "Request";

  @Test
  void shouldHaveTheOperationsOfTheSdkAndNoOthers() {
    Set<String> ofSdk =
        sorted(Arrays.stream(ConnectCampaignsClient.class.getMethods())
            .filter(method -> method.getParameterCount() == 1)
            .map(method -> method.getParameterTypes()[0].getSimpleName())
            .filter(type -> type.endsWith(REQUEST))
            .map(type -> type.substring(0, type.length() - REQUEST.length())));
    Set<String> described =
        sorted(Operations.ALL.stream()
            .filter(operation -> operation.version() == Version.V1)
            .map(Operation::name));
    assertEquals(ofSdk, described);
    assertEquals(22, described.size());
  }

  @TestFactory
  Stream<DynamicTest> shouldRouteAsTheSdkDoes() {
    return each(
        operation -> {
          String marshaller =
              JavaV2.model(operation.version()).replace(".model.", ".transform.")
                  + operation.name()
                  + "RequestMarshaller";
          Field binding = Class.forName(marshaller).getDeclaredField("SDK_OPERATION_BINDING");
          binding.setAccessible(true);
          var info = (OperationInfo) binding.get(null);
          assertEquals(info.httpMethod().name(), operation.method());
          assertEquals(info.requestUri(), operation.path());
        });
  }

  @TestFactory
  Stream<DynamicTest> shouldDeclareTheErrorsThatTheSdkDeclares() {
    return each(
        operation -> {
          Class<?> request = type(operation, REQUEST);
          Method method =
              JavaV2.clientType(operation.version())
                  .getMethod(JavaV2.methodName(operation), request);
          assertEquals(
              sorted(Arrays.stream(method.getExceptionTypes())
                  .filter(type -> type.getPackageName().equals(request.getPackageName()))
                  .map(Class::getSimpleName)
                  .filter(name -> !name.startsWith("ConnectCampaigns"))), // what they all extend
              sorted(operation.errors().stream().map(DeclaredError::code)));
        });
  }

  @TestFactory
  Stream<DynamicTest> shouldDescribeTheMembersThatTheSdkHas() {
    return each(
        operation -> {
          expectAlike(operation.input().members(), type(operation, REQUEST), "in");
          expectAlike(operation.output().members(), type(operation, "Response"), "out");
        });
  }

  private static Set<String> sorted(Stream<String> names) {
    return new TreeSet<>(names.toList());
  }

  private interface Look {
    void at(Operation operation) throws ReflectiveOperationException;
  }

  private static Stream<DynamicTest> each(Look look) {
    return Operations.ALL.stream()
        .map(operation -> dynamicTest(operation.toString(), () -> look.at(operation)));
  }

  private static Class<?> type(Operation operation, String suffix) throws ClassNotFoundException {
    return Class.forName(JavaV2.model(operation.version()) + operation.name() + suffix);
  }

  private static void expectAlike(List<Member> members, Class<?> type, String at)
      throws ReflectiveOperationException {
    var builder = (SdkPojo) type.getMethod("builder").invoke(null);
    assertEquals(
        sorted(builder.sdkFields().stream().map(SdkField::memberName)),
        sorted(members.stream().map(Member::name)),
        at);
    for (Member member : members) {
      String here = at + "." + member.name();
      SdkField<?> field = JavaV2.field(builder, member.name());
      assertEquals(
          switch (member.place()) {
            case LABEL -> MarshallLocation.PATH;
            case QUERY -> MarshallLocation.QUERY_PARAM;
            case BODY -> MarshallLocation.PAYLOAD;
          },
          field.location(),
          here);
      assertEquals(field.locationName(), member.name());
      expectAlike(member.shape(), field, getter(type, member.name()), here);
    }
  }

  /** What the SDK reads the member with; null inside of lists and maps, which have no names. */
  private static @Nullable Method getter(Class<?> type, String member)
      throws ReflectiveOperationException {
    return type.getMethod(member);
  }

  private static void expectAlike(
      Shape shape, SdkField<?> field, @Nullable Method getter, String at)
      throws ReflectiveOperationException {
    assertEquals(
        sdkType(shape), field.marshallingType().getTargetClass().getSimpleName(), at);
    if (shape instanceof Shape.Choice choice) {
      assertTrue(getter != null && getter.getReturnType().isEnum(), at);
      assertEquals(
          sorted(Arrays.stream(getter.getReturnType().getEnumConstants())
              .map(String::valueOf)
              .filter(value -> !value.equals("null"))), // stands for what this SDK doesn't know
          sorted(choice.values().stream()),
          at);
    } else if (shape instanceof Shape.Items items) {
      expectAlike(items.item(), field.getTrait(ListTrait.class).memberFieldInfo(), null, at + "[]");
    } else if (shape instanceof Shape.Entries entries) {
      expectAlike(
          entries.value(), field.getTrait(MapTrait.class).valueFieldInfo(), null, at + "{}");
    } else if (shape instanceof Shape.Structure structure) {
      expectAlike(structure.members(), pojo(field), at);
    } else if (shape instanceof Shape.Union union) {
      expectAlike(union.members(), pojo(field), at);
      assertTrue(
          Arrays.stream(pojo(field).getDeclaredClasses())
              .anyMatch(inner -> inner.getSimpleName().equals("Type")),
          at + " is a union to the SDK too");
    }
  }

  private static Class<?> pojo(SdkField<?> field) {
    return field.constructor().get().getClass().getEnclosingClass();
  }

  private static String sdkType(Shape shape) {
    if (shape instanceof Shape.Text || shape instanceof Shape.Choice) {
      return "String";
    } else if (shape instanceof Shape.Whole) {
      return "Integer";
    } else if (shape instanceof Shape.Decimal) {
      return "Double";
    } else if (shape instanceof Shape.Bool) {
      return "Boolean";
    } else if (shape instanceof Shape.Timestamp) {
      return "Instant";
    } else if (shape instanceof Shape.Items) {
      return "List";
    } else if (shape instanceof Shape.Entries) {
      return "Map";
    }
    return "SdkPojo";
  }
}
