package io.dialspool.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.api.Operation.Version;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.services.connectcampaigns.ConnectCampaignsClient;
import software.amazon.awssdk.services.connectcampaignsv2.ConnectCampaignsV2Client;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * The description beside the classes that AWS generated from its own model: members, where they go,
 * types, errors. Lengths, patterns, and which members are required aren't in those classes.
 */
class SdkShapesTest {
  static Stream<Operation> operations() {
    return Operations.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldDescribeInputsAsTheSdkWritesThem(Operation operation) throws Exception {
    assertEquals(drawnBySdk(pojo(operation, "Request"), true), drawn(operation.input().members()));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldDescribeOutputsAsTheSdkReadsThem(Operation operation) throws Exception {
    assertEquals(
        drawnBySdk(pojo(operation, "Response"), true), drawn(operation.output().members()));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldDeclareOnlyErrorsThatTheSdkKnows(Operation operation) throws Exception {
    for (DeclaredError error : operation.errors()) {
      Class<?> exception = model(operation, error.code());
      boolean stated =
          Stream.of(exception.getMethods()).anyMatch(method -> method.getName().equals("state"));
      assertEquals(error.hasState(), stated, error::code);
    }
    assertTrue(operation.errors().size() >= 3);
  }

  private static Class<?> model(Operation operation, String name) throws ClassNotFoundException {
    Class<?> client =
        operation.version() == Version.V1
            ? ConnectCampaignsClient.class
            : ConnectCampaignsV2Client.class;
    return Class.forName(client.getPackageName() + ".model." + name);
  }

  private static SdkPojo pojo(Operation operation, String suffix) throws Exception {
    Object builder = model(operation, operation.name() + suffix).getMethod("builder").invoke(null);
    return (SdkPojo) ((Buildable) builder).build();
  }

  private static String drawnBySdk(SdkPojo pojo, boolean top) {
    var members = new TreeSet<String>();
    for (SdkField<?> field : pojo.sdkFields()) {
      members.add(
          field.locationName() + (top ? place(field.location()) : "") + ":" + typeBySdk(field));
    }
    return members.toString();
  }

  private static String place(MarshallLocation location) {
    if (location == MarshallLocation.PATH) {
      return " LABEL";
    }
    return location == MarshallLocation.QUERY_PARAM ? " QUERY" : " BODY";
  }

  private static String typeBySdk(SdkField<?> field) {
    MarshallingType<?> type = field.marshallingType();
    if (type.equals(MarshallingType.SDK_POJO)) {
      return drawnBySdk(field.constructor().get(), false);
    }
    if (type.equals(MarshallingType.LIST)) {
      return "list of " + typeBySdk(field.getRequiredTrait(ListTrait.class).memberFieldInfo());
    }
    if (type.equals(MarshallingType.MAP)) {
      return "map of " + typeBySdk(field.getRequiredTrait(MapTrait.class).valueFieldInfo());
    }
    return type.getTargetClass().getSimpleName();
  }

  private static String drawn(List<Member> members) {
    return drawn(members, true);
  }

  private static String drawn(List<Member> members, boolean top) {
    var drawn = new TreeSet<String>();
    for (Member member : members) {
      drawn.add(member.name() + (top ? " " + member.place() : "") + ":" + type(member.shape()));
    }
    return drawn.toString();
  }

  private static String type(Shape shape) {
    if (shape instanceof Shape.Structure structure) {
      return drawn(structure.members(), false);
    }
    if (shape instanceof Shape.Union union) {
      return drawn(union.members(), false);
    }
    if (shape instanceof Shape.Items items) {
      return "list of " + type(items.item());
    }
    if (shape instanceof Shape.Entries entries) {
      return "map of " + type(entries.value());
    }
    if (shape instanceof Shape.Whole) {
      return "Integer";
    }
    if (shape instanceof Shape.Decimal) {
      return "Double";
    }
    if (shape instanceof Shape.Bool) {
      return "Boolean";
    }
    return shape instanceof Shape.Timestamp ? "Instant" : "String";
  }
}
