package io.dialspool.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcessFiguresTest {
  @Test
  void shouldPutThreadsOfOneKindUnderOneName() {
    assertEquals("dialspool-io", ProcessFigures.group("dialspool-io-1-1"));
    assertEquals("dialspool-ring", ProcessFigures.group("dialspool-ring-")); // cut by the kernel
    assertEquals("GC Thread", ProcessFigures.group("GC Thread#0"));
    assertEquals("G1 Conc", ProcessFigures.group("G1 Conc#0"));
    assertEquals("C2 CompilerThre", ProcessFigures.group("C2 CompilerThre"));
    assertEquals("rocksdb:low", ProcessFigures.group("rocksdb:low0"));
  }

  @Test
  void shouldSeeThisProcess() {
    ProcessFigures figures = ProcessFigures.of(ProcessHandle.current().pid());
    assertTrue(figures.cpuNs() > 0);
    assertTrue(figures.residentBytes() > 1 << 20);
    assertTrue(figures.residentMaxBytes() >= figures.residentBytes());
    assertTrue(figures.threadCpuNs().size() > 3, figures.threadCpuNs().toString());
  }

  @Test
  void shouldSeeNothingOfAProcessThatIsGone() {
    assertEquals(0, ProcessFigures.of(Long.MAX_VALUE).cpuNs());
  }
}
