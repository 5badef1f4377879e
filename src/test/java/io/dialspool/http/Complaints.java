package io.dialspool.http;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * What anybody logged as a warning or worse. An exception that a handler or a listener threw shows
 * nowhere else: Netty logs it and goes on.
 */
public final class Complaints {
  private static final List<String> SAID = new ArrayList<>();

  static {
    var appender =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
              IThrowableProxy thrown = event.getThrowableProxy();
              SAID.add(
                  event.getLoggerName()
                      + ": "
                      + event.getFormattedMessage()
                      + (thrown == null ? "" : ": " + thrown.getClassName() + at(thrown)));
            }
          }
        };
    appender.start();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.setLevel(Level.WARN);
    root.addAppender(appender);
  }

  private Complaints() {}

  private static String at(IThrowableProxy thrown) {
    var frames = thrown.getStackTraceElementProxyArray();
    return frames.length == 0 ? "" : " " + frames[0].getSTEAsString();
  }

  /** Begins anew. */
  public static void forget() {
    SAID.clear();
  }

  /** Since it began anew; at most the first few matter. */
  public static List<String> said() {
    return List.copyOf(SAID);
  }
}
