package org.bitnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.kernels.DenseFormat;

/// A process that loads a model once, with code that nobody has run before, as a command does, and
/// says what that took.
final class ColdLoad {
  private static final String ABSENT = "-";

  /// What it took.
  ///
  /// @param load seconds from opening the file to ready weights
  /// @param ready seconds until code is warm too
  /// @param peakMebibytes most memory of the process that was resident, absent where nobody tells
  /// @param heapMebibytes most of the heap that was in use, garbage included
  record Took(double load, double ready, OptionalLong peakMebibytes, long heapMebibytes) {}

  private ColdLoad() {}

  /// Loads in a process of its own, with the collector and young generation of the command.
  ///
  /// @param file the model
  /// @param threads how many
  /// @param head format of the head, absent for that of the file
  /// @param embedding format of the embedding table, absent for that of the file
  /// @throws IOException where it cannot be started
  static Took measure(
      Path file, int threads, Optional<DenseFormat> head, Optional<DenseFormat> embedding)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-XX:+UseParallelGC",
            "-XX:MaxNewSize=64m",
            "-cp",
            System.getProperty("java.class.path"),
            ColdLoad.class.getName(),
            file.toString(),
            Integer.toString(threads),
            head.map(DenseFormat::name).orElse(ABSENT),
            embedding.map(DenseFormat::name).orElse(ABSENT));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader answer = process.inputReader(StandardCharsets.UTF_8)) {
      String line = answer.readLine();
      if (line == null) {
        throw new IOException("the process that loads " + file + " ended early, see above");
      }
      String[] fields = line.split(" ", -1);
      long peak = Long.parseLong(fields[2]);
      return new Took(
          Double.parseDouble(fields[0]),
          Double.parseDouble(fields[1]),
          peak < 0 ? OptionalLong.empty() : OptionalLong.of(peak),
          Long.parseLong(fields[3]));
    }
  }

  /// Loads and says "LOAD READY PEAK HEAP".
  ///
  /// @param arguments file, threads, formats of head and embedding table
  public static void main(String[] arguments) throws IOException {
    LoadOptions options = LoadOptions.defaults().withThreads(Integer.parseInt(arguments[1]));
    if (!arguments[2].equals(ABSENT)) {
      options = options.withHead(DenseFormat.valueOf(arguments[2]));
    }
    if (!arguments[3].equals(ABSENT)) {
      options = options.withEmbedding(DenseFormat.valueOf(arguments[3]));
    }
    long start = System.nanoTime();
    try (Transformer transformer = Transformer.load(Path.of(arguments[0]), options)) {
      double ready = (System.nanoTime() - start) / 1e9;
      System.out.println(
          transformer.report().time().toNanos() / 1e9
              + " "
              + ready
              + " "
              + peakMebibytes()
              + " "
              + heapMebibytes());
    }
  }

  /// −1 where the system does not tell.
  private static long peakMebibytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return -1;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines // VmHWM:   845212 kB
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
          .findFirst()
          .orElse(-1);
    }
  }

  private static long heapMebibytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum()
        >> 20;
  }
}
