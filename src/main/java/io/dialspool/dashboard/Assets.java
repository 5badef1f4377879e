package io.dialspool.dashboard;

import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The page and what it loads, read from the class path once. Nothing in it is anyone's secret. */
final class Assets {
  /** Nothing from elsewhere, nothing inline, in nobody's frame. */
  static final Map<String, String> GUARD =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
              + " 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  private static final String HTML = "text/html; charset=utf-8";
  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");
  private static final List<String> NAMES =
      List.of(
          "actions.js",
          "api.js",
          "campaign.js",
          "charts.js",
          "dead-letters.js",
          "dialog.js",
          "dom.js",
          "format.js",
          "icon.svg",
          "live.js",
          "main.js",
          "names.js",
          "overview.js",
          "recall.js",
          "search.js",
          "series.js",
          "style.css",
          "uplot/uPlot.iife.min.js",
          "uplot/uPlot.min.css");

  private final Map<String, HttpAnswer> byPath = new TreeMap<>();

  Assets() {
    byPath.put("/", read("index.html", HTML));
    byPath.put("/favicon.ico", read("icon.svg", "image/svg+xml"));
    for (String name : NAMES) {
      String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), HTML);
      byPath.put("/assets/" + name, read(name, type));
    }
  }

  private static HttpAnswer read(String name, String type) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("dashboard/" + name + " is missing from the class path");
      }
      byte[] bytes = in.readAllBytes();
      var headers = new LinkedHashMap<>(GUARD);
      headers.put("Cache-Control", "no-cache");
      headers.put("ETag", '"' + hash(bytes) + '"');
      return new HttpAnswer(200, type, headers, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(sha, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** What stands at the path; null if nothing does. */
  @Nullable HttpAnswer find(HttpCall call, String path) {
    HttpAnswer asset = byPath.get(path);
    if (asset != null && call.header("If-None-Match").equals(asset.headers().get("ETag"))) {
      return new HttpAnswer(304, "", asset.headers(), new byte[0]);
    }
    return asset;
  }
}
