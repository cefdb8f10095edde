package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `quantize` killed at any moment: the output is the old one or the new one, byte for byte, and
/// the next run finishes as if nothing had happened.
final class CrashTest {
  private static final String NAME = "model";
  private static final String PARTIAL = "." + NAME + ".partial";
  private static final String LOCK = "." + NAME + ".lock";
  private static final byte[] OLD = "what stood here before".getBytes(StandardCharsets.UTF_8);

  /// Vector code is slow until the second compiler has seen it, which takes longer than these runs.
  private static final String SCALAR = "packing.simd.enabled=false";

  @TempDir Path directory;

  /// What the killer waits for.
  private enum Trigger {
    /// The partial output has reached a random share of its size.
    SIZE,
    /// A random time after the start.
    TIME,
    /// The partial output is complete: next are force and rename.
    COMPLETE,
    /// The partial output has just appeared.
    APPEARED,
    /// The partial output is gone: it was renamed.
    RENAMED
  }

  private static final List<Trigger> TRIGGERS =
      List.of(
          Trigger.SIZE,
          Trigger.TIME,
          Trigger.COMPLETE,
          Trigger.APPEARED,
          Trigger.RENAMED,
          Trigger.SIZE,
          Trigger.TIME,
          Trigger.SIZE);

  /// Where a kill hit, by what it left.
  private enum Phase {
    BEFORE_OUTPUT,
    WRITING,
    AFTER_RENAME,
    ENDED_BEFORE_THE_KILL
  }

  @ParameterizedTest
  @CsvSource({"trit, 4, 6", "safetensors:packed, 4, 6"})
  void someKillsLeaveOldOrNew(String target, int points, int matrices, TestReporter reporter)
      throws IOException, InterruptedException {
    kill(target, points, matrices, reporter);
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"trit, 100, 60", "safetensors:packed, 100, 60"})
  void aHundredKillsLeaveOldOrNew(String target, int points, int matrices, TestReporter reporter)
      throws IOException, InterruptedException {
    kill(target, points, matrices, reporter);
  }

  private void kill(String target, int points, int matrices, TestReporter reporter)
      throws IOException, InterruptedException {
    Path input = model(matrices);
    Path folder = Files.createDirectory(directory.resolve("out"));
    Path output = folder.resolve(NAME);
    Object[] line = {
      "quantize", input, "-o", output, "--to", target, "--threads", 2, "--set", SCALAR
    };
    FullRun full = measure(folder, line);
    Random random = new Random(20_250_131);
    Map<Phase, Integer> phases = new EnumMap<>(Phase.class);
    for (int i = 0; i < points; i++) {
      Map<String, String> before = prepare(folder, target, /* old= */ i % 2 == 1);
      Trigger trigger = TRIGGERS.get(i % TRIGGERS.size());
      Child child = Child.start(directory, line);
      boolean killed;
      try {
        killed = await(child, folder, trigger, random.nextDouble(), full);
      } finally {
        child.kill();
      }
      Map<String, String> after = Trees.contents(folder);
      String point = "point " + i + ", " + trigger + ", left " + after.keySet();
      Map<String, String> visible = visible(after);
      assertThat(visible).as(point).isIn(before, full.result);
      phases.merge(phase(after, visible.equals(full.result), killed), 1, Integer::sum);
      rerun(target, visible.equals(full.result), line);
      assertThat(Trees.contents(folder)).as(point).isEqualTo(full.result);
    }
    reporter.publishEntry(target, phases + ", a full run takes " + full.nanos / 1_000_000 + " ms");
    assertThat(3 * phases.getOrDefault(Phase.WRITING, 0))
        .as("kills while the partial output existed: %s", phases)
        .isGreaterThanOrEqualTo(points);
  }

  /// A finished directory is never replaced; anything else is written anew.
  private static void rerun(String target, boolean finished, Object... line) {
    if (finished && !target.equals("trit")) {
      assertThat(Cli.failure(ExitCode.IO, line)).contains("a directory with files in it");
    } else {
      Cli.ok(line);
    }
  }

  private record FullRun(Map<String, String> result, long size, long appearedNanos, long nanos) {}

  private FullRun measure(Path folder, Object... line) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Child child = Child.start(directory, line);
    long appeared = 0;
    while (child.process().isAlive()) {
      if (appeared == 0 && Files.exists(folder.resolve(PARTIAL))) {
        appeared = System.nanoTime() - start;
      }
      Thread.sleep(1);
    }
    long nanos = System.nanoTime() - start;
    assertThat(child.end()).as(child.errors()).isZero();
    return new FullRun(Trees.contents(folder), size(folder.resolve(NAME)), appeared, nanos);
  }

  private static Map<String, String> prepare(Path folder, String target, boolean old)
      throws IOException {
    Trees.delete(folder);
    Files.createDirectory(folder);
    if (old && target.equals("trit")) {
      Files.write(folder.resolve(NAME), OLD);
    } else if (old) {
      Files.createDirectory(folder.resolve(NAME));
    }
    return Trees.contents(folder);
  }

  /// Waits for the trigger.
  ///
  /// @param share random, in [0, 1)
  /// @return whether the process was still alive
  private static boolean await(
      Child child, Path folder, Trigger trigger, double share, FullRun full)
      throws InterruptedException {
    long start = System.nanoTime();
    long early = full.appearedNanos / 2;
    long delay = early + (long) (share * (full.nanos - early));
    Path partial = folder.resolve(PARTIAL);
    boolean appeared = false;
    while (child.process().isAlive()) {
      boolean there = Files.exists(partial);
      appeared |= there;
      boolean reached =
          switch (trigger) {
            case SIZE -> there && size(partial) >= share * full.size;
            case TIME -> System.nanoTime() - start >= delay;
            case COMPLETE -> there && isComplete(partial, full.size);
            case APPEARED -> there;
            case RENAMED -> appeared && !there;
          };
      if (reached) {
        return true;
      }
      Thread.sleep(0, 200_000);
    }
    return false;
  }

  private static boolean isComplete(Path partial, long size) {
    return Files.isDirectory(partial)
        ? Files.exists(partial.resolve("config.json"))
        : size(partial) >= size;
  }

  /// Bytes of a file, or of the files of a directory; 0 for what is gone.
  private static long size(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        return Files.size(path);
      }
      try (Stream<Path> files = Files.list(path)) {
        return files.mapToLong(CrashTest::size).sum();
      }
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What users see: everything but the partial output and the lock, the only hidden names allowed.
  private static Map<String, String> visible(Map<String, String> contents) {
    Map<String, String> visible = new TreeMap<>(contents);
    visible
        .keySet()
        .removeIf(
            name -> name.equals(LOCK) || name.equals(PARTIAL) || name.startsWith(PARTIAL + "/"));
    return visible;
  }

  private static Phase phase(Map<String, String> after, boolean finished, boolean killed) {
    if (after.containsKey(PARTIAL)) {
      return Phase.WRITING;
    }
    if (!killed) {
      return Phase.ENDED_BEFORE_THE_KILL;
    }
    return finished ? Phase.AFTER_RENAME : Phase.BEFORE_OUTPUT;
  }

  /// A checkpoint of matrices of 256 KiB each.
  private Path model(int matrices) throws IOException {
    List<Models.Stored> values = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      values.add(Models.normal(seed, 256, 256));
    }
    Map<String, Models.Stored> tensors = new LinkedHashMap<>();
    for (int i = 0; i < matrices; i++) {
      tensors.put("layers.%03d.weight".formatted(i), values.get(i % values.size()));
    }
    tensors.put("norm.weight", Models.normal(9, 512));
    Path model = Files.createDirectory(directory.resolve("in"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"test\"}");
    Models.write(model.resolve(Models.WEIGHTS), tensors);
    return model;
  }
}
