package io.dialspool.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.dialspool.config.LogConfig;
import org.slf4j.LoggerFactory;

/** What lines of the log look like; text until the configuration says otherwise. */
final class LogFormat {
  private LogFormat() {}

  /** From now on, for the whole process. */
  static void use(LogConfig config) {
    if (config.isJson()
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        && context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR")
            instanceof ConsoleAppender<ILoggingEvent> console) {
      var encoder = new JsonLogEncoder();
      encoder.setContext(context);
      encoder.start();
      console.stop();
      console.setEncoder(encoder);
      console.start();
    }
  }
}
