package org.bitnet4j.models.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Task files, and answers to tasks.
final class TaskTest {
  @TempDir Path directory;

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("tasks.jsonl"), content);
  }

  @Test
  void readsALineEach() throws IOException {
    assertThat(
            Task.read(
                file(
                    """
                    {"prompt": "up:ab=", "answer": "AB"}

                    {"answer": "4", "prompt": "2+2=", "task": "sums"}\r
                    {"prompt": "no colon", "answer": ""}\
                    """)))
        .containsExactly(
            new Task("up", "up:ab=", "AB"),
            new Task("sums", "2+2=", "4"),
            new Task("other", "no colon", ""));
  }

  @Test
  void readsAnArray() throws IOException {
    assertThat(Task.read(file(" [{\"prompt\":\"a:b\",\"answer\":\"c\"}]")))
        .containsExactly(new Task("a", "a:b", "c"));
    assertThat(Task.read(TestModels.checkpoint("tiny-bitnet").resolve("tasks.json"))).hasSize(1000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " \n ",
        "[]",
        "{",
        "{}",
        "{\"prompt\":\"a\"}",
        "{\"prompt\":1,\"answer\":\"b\"}",
        "{\"prompt\":\"a\",\"answer\":\"b\"} x",
        "{\"prompt\":\"a\",\"answer\":\"b\",\"prompt\":\"c\"}",
        "[1]",
        "\"text\""
      })
  void refusesAnythingElse(String content) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> Task.read(file))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("tasks.jsonl");
  }

  @Test
  void aRefusalNamesTheByteInTheFile() throws IOException {
    Path file = file("{\"prompt\":\"a\",\"answer\":\"b\"}\n{\"prompt\":\"a\",\"answer\":7}\n");
    assertThatThrownBy(() -> Task.read(file)).hasMessageContaining("at byte 51");
  }

  /// The recorded share over 1,000 tasks, of other tasks, is 99.8 %.
  @ParameterizedTest
  @CsvSource({"tiny-bitnet, 0.97", "tiny-float, 0.97"})
  void theTrainedModelsDoTheirTasks(String name, double least) {
    Path checkpoint = TestModels.checkpoint(name);
    List<Task> tasks = Task.read(checkpoint.resolve("tasks.json")).subList(0, 100);
    try (Transformer model = Transformer.load(checkpoint, LoadOptions.defaults());
        Tokenizer tokenizer = Tokenizer.of(model.sideFiles());
        Session session = model.session(SessionOptions.of(64))) {
      int[] right = new int[1];
      TaskAccuracy accuracy =
          TaskAccuracy.measure(
              session,
              tokenizer,
              tasks,
              (done, task, answer) -> right[0] += answer.equals(task.answer()) ? 1 : 0);
      assertThat(accuracy.accuracy()).isGreaterThanOrEqualTo(least);
      assertThat(accuracy.right()).isEqualTo(right[0]);
      assertThat(accuracy.total()).isEqualTo(100);
      assertThat(accuracy.byTask()).containsOnlyKeys("add", "count", "rev", "sort", "up");
      double sum =
          accuracy.byTask().entrySet().stream()
              .mapToDouble(e -> e.getValue() * accuracy.counts().getOrDefault(e.getKey(), 0))
              .sum();
      assertThat(Math.rint(sum)).isEqualTo(right[0]);
    }
  }
}
