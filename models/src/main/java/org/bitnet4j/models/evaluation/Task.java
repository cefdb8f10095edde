package org.bitnet4j.models.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.formats.json.StrictJson;
import org.bitnet4j.quant.MalformedFileException;

/// A prompt with its one right answer.
///
/// @param name what kind of task it is, for figures by kind
/// @param prompt what the model is given
/// @param answer what it should generate before it stops
public record Task(String name, String prompt, String answer) {
  private static final int LARGEST_FILE = 1 << 28;
  private static final String OTHER = "other";

  /// The tasks of a file: a JSON object per line, or one array of them, with strings `prompt` and
  /// `answer` and, if wanted, `task`. Without it a task is named by what stands before the first
  /// colon of its prompt.
  ///
  /// @param file the file
  /// @throws MalformedFileException for a file that holds something else, or no task
  public static List<Task> read(Path file) {
    byte[] bytes;
    try (InputFile input = InputFile.open(file)) {
      bytes = input.readAll(LARGEST_FILE);
    }
    String name = file.toString();
    List<Task> tasks = new ArrayList<>();
    int first = 0;
    while (first < bytes.length && isSpace(bytes[first])) {
      first++;
    }
    if (first < bytes.length && bytes[first] == '[') {
      JsonTree.parse(name, bytes).items().forEach(item -> tasks.add(of(item)));
    } else {
      readLines(name, bytes, tasks);
    }
    if (tasks.isEmpty()) {
      throw new MalformedFileException(
          name,
          0,
          "tasks",
          "none",
          "a JSON object with \"prompt\" and \"answer\" per line",
          "Give a file with tasks.");
    }
    return tasks;
  }

  private static void readLines(String name, byte[] bytes, List<Task> tasks) {
    for (int from = 0, to; from < bytes.length; from = to + 1) {
      to = from;
      boolean blank = true;
      for (; to < bytes.length && bytes[to] != '\n'; to++) {
        blank &= isSpace(bytes[to]);
      }
      if (!blank) {
        byte[] line = Arrays.copyOfRange(bytes, from, to);
        try (StrictJson json = new StrictJson(name, "task", from, line)) {
          json.next();
          tasks.add(of(JsonTree.read(json, name, "task")));
          json.end();
        }
      }
    }
  }

  private static boolean isSpace(byte c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  private static Task of(JsonTree json) {
    String prompt = json.get("prompt").text();
    int colon = prompt.indexOf(':');
    String name =
        json.find("task")
            .map(JsonTree::text)
            .orElse(colon > 0 ? prompt.substring(0, colon) : OTHER);
    return new Task(name, prompt, json.get("answer").text());
  }
}
