package io.dialspool.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object a line: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code
 * message}, and where there is some, {@code fields} and {@code error}.
 */
final class JsonLogEncoder extends EncoderBase<ILoggingEvent> {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] NOTHING = {};
  private static final int FRAMES_MAX = 20;
  private static final int CAUSES_MAX = 5;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    var bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
      json.writeStringField("level", event.getLevel().toString());
      json.writeStringField("logger", event.getLoggerName());
      json.writeStringField("thread", event.getThreadName());
      json.writeStringField("message", event.getFormattedMessage());
      fields(json, event);
      IThrowableProxy thrown = event.getThrowableProxy();
      if (thrown != null) {
        error(json, thrown);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private static void fields(JsonGenerator json, ILoggingEvent event) throws IOException {
    Map<String, String> fields = new TreeMap<>(event.getMDCPropertyMap());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        fields.put(pair.key, String.valueOf(pair.value));
      }
    }
    if (!fields.isEmpty()) {
      json.writeObjectFieldStart("fields");
      for (Map.Entry<String, String> field : fields.entrySet()) {
        json.writeStringField(field.getKey(), field.getValue());
      }
      json.writeEndObject();
    }
  }

  private static void error(JsonGenerator json, IThrowableProxy thrown) throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("type", thrown.getClassName());
    json.writeStringField("message", thrown.getMessage());
    json.writeArrayFieldStart("stack");
    StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
    for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
      json.writeString(frames[i].getStackTraceElement().toString());
    }
    json.writeEndArray();
    IThrowableProxy cause = thrown.getCause();
    if (cause != null) {
      json.writeArrayFieldStart("causes");
      for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
        json.writeString(cause.getClassName() + ": " + cause.getMessage());
        cause = cause.getCause();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
