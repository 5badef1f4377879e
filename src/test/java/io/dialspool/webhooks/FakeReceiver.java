package io.dialspool.webhooks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Keeps each call until the test answers it. */
final class FakeReceiver implements Receiver {
  private static final Pattern TOKEN = Pattern.compile("\"clientToken\":\"([^\"]+)\"");

  private record Call(Message message, Consumer<Answer> then) {}

  final List<Message> messages = new ArrayList<>();
  private final Deque<Call> open = new ArrayDeque<>();

  @Override
  public void post(Message message, Consumer<Answer> then) {
    messages.add(message);
    open.add(new Call(message, then));
  }

  int open() {
    return open.size();
  }

  /** Answers the oldest call; returns the tokens that it brought. */
  List<String> answer(Answer answer) {
    Call call = open.remove();
    call.then.accept(answer);
    return tokens(call.message);
  }

  List<String> answer(int status) {
    return answer(Answer.of(status, 0));
  }

  static List<String> tokens(Message message) {
    return TOKEN
        .matcher(new String(message.body(), StandardCharsets.UTF_8))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Override
  public void close() {}
}
