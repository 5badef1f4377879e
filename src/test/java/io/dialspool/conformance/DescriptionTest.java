package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.protocols.core.OperationInfo;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;

/**
 * The description against what the AWS SDK for Java v2 was generated from: operations, routes,
 * declared errors, choices, unions. So the suite that is made from the description leaves nothing
 * out.
 */
class DescriptionTest {
  private static final String REQUEST = "Request";

  @Test
  void shouldHaveTheOperationsOfTheSdkAndNoOthers() {
    Set<String> ofSdk =
        sorted(
            Arrays.stream(ConnectCampaignsClient.class.getMethods())
                .filter(method -> method.getParameterCount() == 1)
                .map(method -> method.getParameterTypes()[0].getSimpleName())
                .filter(type -> type.endsWith(REQUEST))
                .map(type -> type.substring(0, type.length() - REQUEST.length())));
    Set<String> described =
        sorted(
            Operations.ALL.stream()
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
              sorted(
                  Arrays.stream(method.getExceptionTypes())
                      .filter(type -> type.getPackageName().equals(request.getPackageName()))
                      .map(Class::getSimpleName)
                      .filter(
                          name -> !name.startsWith("ConnectCampaigns"))), // what they all extend
              sorted(operation.errors().stream().map(DeclaredError::code)));
        });
  }

  @TestFactory
  Stream<DynamicTest> shouldKnowTheChoicesAndUnionsThatTheSdkHas() {
    return each(
        operation -> {
          compare(operation.input().members(), type(operation, REQUEST), "in");
          compare(operation.output().members(), type(operation, "Response"), "out");
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

  private static void compare(List<Member> members, Class<?> type, String at)
      throws ReflectiveOperationException {
    var builder = (SdkPojo) type.getMethod("builder").invoke(null);
    for (Member member : members) {
      SdkField<?> field = JavaV2.field(builder, member.name());
      Class<?> read = type.getMethod(member.name()).getReturnType();
      compare(member.shape(), field, read, at + "." + member.name());
    }
  }

  /**
   * @param read what the SDK reads such a value as
   */
  private static void compare(Shape shape, SdkField<?> field, Class<?> read, String at)
      throws ReflectiveOperationException {
    assertEquals(shape instanceof Shape.Choice, read.isEnum(), at);
    if (shape instanceof Shape.Choice choice) {
      assertEquals(
          sorted(
              Arrays.stream(read.getEnumConstants())
                  .map(String::valueOf)
                  .filter(value -> !value.equals("null"))), // stands for what it doesn't know
          sorted(choice.values().stream()),
          at);
    } else if (shape instanceof Shape.Items items) {
      SdkField<?> item = field.getTrait(ListTrait.class).memberFieldInfo();
      compare(items.item(), item, read, at + "[]");
    } else if (shape instanceof Shape.Structure structure) {
      assertFalse(isUnion(pojo(field)), at);
      compare(structure.members(), pojo(field), at);
    } else if (shape instanceof Shape.Union union) {
      assertTrue(isUnion(pojo(field)), at);
      compare(union.members(), pojo(field), at);
    }
  }

  private static Class<?> pojo(SdkField<?> field) {
    return field.constructor().get().getClass().getEnclosingClass();
  }

  // The SDK tells of a union which of its members is there.
  private static boolean isUnion(Class<?> pojo) {
    return Arrays.stream(pojo.getDeclaredClasses())
        .anyMatch(inner -> inner.getSimpleName().equals("Type"));
  }
}
