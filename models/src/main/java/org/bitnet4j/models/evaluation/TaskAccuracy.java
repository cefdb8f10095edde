package org.bitnet4j.models.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.tokenizer.Tokenizer;

/// How often a model's answer is exactly the right one: greedy, up to the first token that ends a
/// generation, white space around it not counting.
///
/// @param byTask share of right answers of each kind of task
/// @param counts tasks of each kind
/// @param right right answers in all
public record TaskAccuracy(
    SortedMap<String, Double> byTask, SortedMap<String, Integer> counts, int right) {
  /// Tokens that an answer may be longer than the right one before it is given up.
  private static final int SLACK = 8;

  /// Told of each answer.
  @FunctionalInterface
  public interface Progress {
    /// A task is done.
    ///
    /// @param done how many are
    /// @param task the task
    /// @param answer what the model generated
    void answered(int done, Task task, String answer);
  }

  /// Tasks in all.
  public int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// Share of right answers in all.
  public double accuracy() {
    return (double) right / total();
  }

  /// Has a model do tasks.
  ///
  /// @param session an empty session with room for each prompt and its answer, empty again
  ///   afterwards
  /// @param tokenizer of the model
  /// @param tasks at least one
  /// @param progress told of each
  /// @throws org.bitnet4j.models.forward.ContextFullException where a task does not fit the session
  public static TaskAccuracy measure(
      Session session, Tokenizer tokenizer, List<Task> tasks, Progress progress) {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("there must be a task.");
    }
    SortedMap<String, Integer> counts = new TreeMap<>();
    SortedMap<String, Integer> rights = new TreeMap<>();
    float[] logits = new float[session.vocabulary()];
    int right = 0;
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      String answer = answer(session, tokenizer, task, logits);
      int point = answer.strip().equals(task.answer().strip()) ? 1 : 0;
      counts.merge(task.name(), 1, Integer::sum);
      rights.merge(task.name(), point, Integer::sum);
      right += point;
      progress.answered(i + 1, task, answer);
    }
    SortedMap<String, Double> shares = new TreeMap<>();
    for (Map.Entry<String, Integer> entry : rights.entrySet()) {
      int count = counts.getOrDefault(entry.getKey(), 1);
      shares.put(entry.getKey(), (double) entry.getValue() / count);
    }
    return new TaskAccuracy(shares, counts, right);
  }

  private static String answer(Session session, Tokenizer tokenizer, Task task, float[] logits) {
    int[] prompt = tokenizer.encode(task.prompt());
    int most = tokenizer.encode(task.answer(), false, false).length + SLACK;
    int[] answer = new int[most];
    int count = 0;
    session.truncate(0);
    session.append(prompt, 0, prompt.length);
    while (count < most) {
      session.logits(logits);
      int token = largest(logits);
      if (tokenizer.stopTokens().contains(token)) {
        break;
      }
      answer[count++] = token;
      if (count < most) {
        session.append(answer, count - 1, 1);
      }
    }
    session.truncate(0);
    return tokenizer.decode(Arrays.copyOf(answer, count));
  }

  /// The first of the largest.
  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
