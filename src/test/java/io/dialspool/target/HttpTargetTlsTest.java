package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.TargetConfig;
import io.dialspool.request.CampaignId;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HttpTargetTlsTest {
  private static final char[] PASSWORD = "for-this-test".toCharArray();
  private static MultiThreadIoEventLoopGroup loops;
  private static ScriptedServer server;
  private static KeyStore keys;

  private final FixedClock clock = new FixedClock();

  @BeforeAll
  static void open(@TempDir Path directory) throws Exception {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    keys = keys(directory);
    var forServer = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    forServer.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(forServer.getKeyManagers(), null, null);
    server =
        new ScriptedServer(
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  @AfterAll
  static void close() throws Exception {
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldSpeakToAServerThatItTrusts() throws Exception {
    server.then(200, "", "{}");
    assertInstanceOf(BatchReply.Answered.class, put("localhost", trusting()));
  }

  @Test
  void shouldSendNothingToAServerThatItDoesNotTrust() throws Exception {
    assertNotTrusted(put("localhost", null));
  }

  @Test
  void shouldSendNothingToAServerOfAnotherName() throws Exception {
    assertNotTrusted(put("127.0.0.1", trusting()));
  }

  private static void assertNotTrusted(BatchReply reply) {
    var not = assertInstanceOf(BatchReply.NotSent.class, reply);
    assertTrue(not.why().startsWith("TLS handshake failed: "), not.why());
    assertTrue(not.targetDown());
  }

  private BatchReply put(String host, @Nullable SslContext tls) throws Exception {
    URI url = URI.create("https://" + host + ":" + server.url().getPort());
    var identity = new TargetIdentity("connect-campaigns", "a", "us-east-1", url.toString());
    byte[] bytes = "\"phoneNumber\":\"+12065550100\"".getBytes(StandardCharsets.UTF_8);
    var item = new OutgoingItem("t", clock.epochMs() + 3_600_000, bytes, 0, bytes.length);
    var reply = new CompletableFuture<BatchReply>();
    try (HttpTarget target =
        tls == null
            ? HttpTarget.open(TargetConfig.DEFAULT, identity, url, loops, clock)
            : HttpTarget.open(TargetConfig.DEFAULT, identity, url, loops, clock, tls)) {
      target.put(
          new OutgoingBatch(new CampaignId("c-1"), List.of(item), 300_000),
          TimeUnit.SECONDS.toNanos(10),
          reply::complete);
      return reply.get(15, TimeUnit.SECONDS);
    }
  }

  private static SslContext trusting() throws Exception {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(keys);
    return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(trust).build();
  }

  // The JDK makes certificates by its tool only.
  private static KeyStore keys(Path directory) throws Exception {
    Path file = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, keytool.waitFor());
    var store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    // A trust manager believes certificates, not keys.
    store.setCertificateEntry("trusted", store.getCertificate("server"));
    return store;
  }
}
