package io.dialspool.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServerConnection;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A look into the virtual machine of a process of ours, through the management agent that every JDK
 * can start in another: allocation by thread, which no metric tells, garbage collections, heap.
 */
final class JvmView implements AutoCloseable {
  private final JMXConnector connector;
  private final MBeanServerConnection server;
  private final ThreadMXBean threads;
  private final MemoryMXBean memory;
  private final AtomicLong pauseMaxMs = new AtomicLong();

  private JvmView(JMXConnector connector) throws IOException {
    this.connector = connector;
    server = connector.getMBeanServerConnection();
    threads =
        ManagementFactory.newPlatformMXBeanProxy(
            server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
    memory =
        ManagementFactory.newPlatformMXBeanProxy(
            server, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
    NotificationListener listener =
        (notification, handback) -> {
          if (notification.getUserData() instanceof CompositeData data
              && notification
                  .getType()
                  .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            var collection = GarbageCollectionNotificationInfo.from(data);
            if (isPause(collection.getGcName())) {
              pauseMaxMs.accumulateAndGet(collection.getGcInfo().getDuration(), Math::max);
            }
          }
        };
    for (GarbageCollectorMXBean collector : collectors()) {
      try {
        server.addNotificationListener(collector.getObjectName(), listener, null, null);
      } catch (InstanceNotFoundException e) {
        throw new IOException(e);
      }
    }
  }

  /**
   * @throws BenchFailure if there is no such process, or this Java has no way in
   */
  @SuppressWarnings("BanJNDI") // the address comes from a process that we started
  static JvmView of(long pid) {
    try {
      VirtualMachine machine = VirtualMachine.attach("" + pid);
      try {
        String url = machine.startLocalManagementAgent();
        return new JvmView(JMXConnectorFactory.connect(new JMXServiceURL(url)));
      } finally {
        machine.detach();
      }
    } catch (IOException | AttachNotSupportedException e) {
      throw new BenchFailure("no way into process " + pid + ": " + e.getMessage(), e);
    } catch (NoClassDefFoundError e) {
      throw new BenchFailure("bench needs a JDK, this Java has no module jdk.attach", e);
    }
  }

  // Concurrent collectors report their cycles too, in which nobody waits.
  private static boolean isPause(String collector) {
    return !collector.contains("Cycles") && !collector.contains("Concurrent");
  }

  private Iterable<GarbageCollectorMXBean> collectors() throws IOException {
    return ManagementFactory.getPlatformMXBeans(server, GarbageCollectorMXBean.class);
  }

  /**
   * @param allocatedBytes by threads that run, under the name that groups them
   * @param collections pauses for garbage since the start
   * @param pausedMs by these together
   */
  record Figures(Map<String, Long> allocatedBytes, long collections, long pausedMs) {}

  Figures figures() {
    long[] ids = threads.getAllThreadIds();
    ThreadInfo[] named = threads.getThreadInfo(ids);
    long[] allocated = threads.getThreadAllocatedBytes(ids);
    var byThread = new TreeMap<String, Long>();
    for (int i = 0; i < ids.length; i++) {
      if (named[i] != null && allocated[i] > 0) {
        byThread.merge(ProcessFigures.group(named[i].getThreadName()), allocated[i], Long::sum);
      }
    }
    long collections = 0;
    long pausedMs = 0;
    try {
      for (GarbageCollectorMXBean collector : collectors()) {
        if (isPause(collector.getName())) {
          collections += collector.getCollectionCount();
          pausedMs += collector.getCollectionTime();
        }
      }
    } catch (IOException e) {
      throw new BenchFailure("the process is gone: " + e.getMessage(), e);
    }
    return new Figures(byThread, collections, pausedMs);
  }

  /** The longest pause since this was asked last; milliseconds. */
  long takePauseMaxMs() {
    return pauseMaxMs.getAndSet(0);
  }

  /** What is left on the heap after a collection, which this causes. */
  long heapAfterCollectionBytes() {
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      // The process is gone, and with it the connection.
    }
  }
}
