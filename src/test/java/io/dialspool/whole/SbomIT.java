package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The bill of materials that the build writes beside the jar. */
class SbomIT {
  private static final Path JAR =
      Path.of(System.getProperty("dialspool.jar", "target/dialspool.jar"));

  @Test
  void shouldListWhatTheJarIsBuiltFromAndNothingThatOnlyTestsUse() throws Exception {
    var shipped = new TreeSet<String>();
    var tested = new TreeSet<String>();
    readDependencies(shipped, tested);
    Set<String> listed = listed();
    assertTrue(shipped.size() > 10 && tested.size() > 2, "the pom is misread");
    assertEquals(Set.of(), minus(shipped, listed));
    assertEquals(tested, minus(tested, listed));
  }

  private static Set<String> minus(Set<String> from, Set<String> what) {
    var left = new TreeSet<>(from);
    left.removeAll(what);
    return left;
  }

  private static Set<String> listed() throws Exception {
    JsonNode bom = Service.JSON.readTree(JAR.resolveSibling("dialspool.sbom.json").toFile());
    assertEquals("CycloneDX", bom.path("bomFormat").asText());
    var names = new TreeSet<String>();
    for (JsonNode component : bom.path("components")) {
      assertTrue(component.path("purl").asText().startsWith("pkg:maven/"), component::toString);
      names.add(component.path("name").asText());
    }
    return names;
  }

  private static void readDependencies(Set<String> shipped, Set<String> tested) throws Exception {
    Element project =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile())
            .getDocumentElement();
    for (Node node = child(project, "dependencies").getFirstChild();
        node != null;
        node = node.getNextSibling()) {
      if (node instanceof Element dependency) {
        String name = child(dependency, "artifactId").getTextContent();
        boolean test =
            dependency.getElementsByTagName("scope").getLength() > 0
                && child(dependency, "scope").getTextContent().equals("test");
        (test ? tested : shipped).add(name);
      }
    }
  }

  private static Element child(Element parent, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        return element;
      }
    }
    throw new AssertionError("no " + name);
  }
}
