package io.dialspool.webhooks;

import io.dialspool.config.ConfigException;
import io.dialspool.config.WebhookConfig;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A receiver over HTTP. Each has a client and two threads of its own, so that one whose name can't
 * be resolved, or that is slow, holds up no other. Redirects are not followed: who is called is
 * what the configuration says. Of an answer only status and Retry-After are read.
 */
final class HttpReceiver implements Receiver {
  private static final int THREADS = 2;
  private static final int ANSWER_BYTES_MAX = 64 << 10;
  private static final long RETRY_AFTER_MAX = 3_600;
  private static final String AGENT = "dialspool";

  private final URI url;
  private final Duration timeout;
  private final HttpClient client;
  private final ThreadPoolExecutor threads;

  /**
   * @param name for its threads
   * @throws ConfigException if the file of authorities can't be used
   */
  HttpReceiver(String name, WebhookConfig config) {
    this.url = URI.create(config.url());
    this.timeout = Duration.ofMillis(config.timeoutMs());
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "dialspool-webhook-" + name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .executor(threads);
    if (!config.caFile().isEmpty()) {
      builder.sslContext(trusting(name, config.caFile()));
    }
    this.client = builder.build();
  }

  private static javax.net.ssl.SSLContext trusting(String name, String caFile) {
    try {
      var tls =
          (JdkSslContext)
              SslContextBuilder.forClient()
                  .sslProvider(SslProvider.JDK)
                  .trustManager(new File(caFile))
                  .build();
      return tls.context();
    } catch (IllegalArgumentException | SSLException e) {
      throw new ConfigException(
          List.of(
              "webhooks."
                  + name
                  + ".caFile: "
                  + caFile
                  + " (expected: a PEM file of certificates that can be read)"));
    }
  }

  @Override
  public void post(Message message, Consumer<Answer> then) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("User-Agent", AGENT)
            .header("webhook-id", message.id())
            .header("webhook-timestamp", "" + message.timestampSeconds())
            .header("webhook-signature", message.signature())
            .timeout(timeout)
            .POST(HttpRequest.BodyPublishers.ofByteArray(message.body()))
            .build();
    CompletableFuture<HttpResponse<Void>> call = client.sendAsync(request, info -> new Ignored());
    // The request's own timeout ends with the head of the answer.
    call.copy()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (response, fault) -> {
              if (fault != null) {
                call.cancel(true);
                then.accept(Answer.none(word(fault)));
              } else {
                then.accept(Answer.of(response.statusCode(), retryAfter(response.headers())));
              }
            });
  }

  private static String word(Throwable fault) {
    Throwable cause = fault.getCause();
    Throwable it = fault instanceof CompletionException && cause != null ? cause : fault;
    if (it instanceof TimeoutException || it instanceof HttpTimeoutException) {
      return "timeout";
    }
    if (it instanceof ConnectException) {
      return "can't be reached";
    }
    return it instanceof SSLException ? "TLS: not trusted, or not spoken" : "connection broken";
  }

  private static long retryAfter(HttpHeaders headers) {
    String seconds = headers.firstValue("Retry-After").orElse("");
    return seconds.matches("\\d{1,9}") ? Math.min(RETRY_AFTER_MAX, Long.parseLong(seconds)) : 0;
  }

  /** Closes nothing that a call in flight needs: it ends by its timeout, and nobody hears of it. */
  @Override
  public void close() {
    threads.shutdown();
  }

  /** Takes an answer's body without keeping it, and no more of it than some. */
  private static final class Ignored implements HttpResponse.BodySubscriber<Void> {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long bytes;

    @Override
    public CompletionStage<Void> getBody() {
      return end;
    }

    @Override
    public void onSubscribe(Flow.Subscription its) {
      subscription = its;
      its.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
      for (ByteBuffer piece : pieces) {
        bytes += piece.remaining();
      }
      Flow.Subscription its = subscription;
      if (bytes > ANSWER_BYTES_MAX && its != null) {
        its.cancel();
        end.complete(null);
      }
    }

    @Override
    public void onError(Throwable fault) {
      end.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
      end.complete(null);
    }
  }
}
