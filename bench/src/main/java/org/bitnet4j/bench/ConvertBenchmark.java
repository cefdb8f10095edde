package org.bitnet4j.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.convert.ConversionReport;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Workers;
import tools.jackson.databind.json.JsonMapper;

/// `convert [--model NAME] [--to FORMAT] [--rounds N] [--sparse] [--json] [--dir DIR]`: generates a
/// model of published dimensions with bfloat16 latent weights, converts it, reads the result back,
/// and copies the same bytes, in turns: throughput as a ratio to a plain copy, peak heap, time.
///
/// A round copies as many bytes as a conversion reads and writes: the source to a new file in
/// pieces of a mebibyte, forced to the device as a conversion is.
final class ConvertBenchmark {
  private static final int PIECE = 1 << 20;

  private final GeneratedModel model;
  private final ModelFormat format;
  private final int rounds;
  private final boolean sparse;

  private ConvertBenchmark(GeneratedModel model, ModelFormat format, int rounds, boolean sparse) {
    this.model = model;
    this.format = format;
    this.rounds = rounds;
    this.sparse = sparse;
  }

  /// One round.
  private record Round(double convertSeconds, double copySeconds, long peakHeapBytes) {
    double ratio() {
      return copySeconds / convertSeconds;
    }
  }

  /// What all rounds gave.
  private record Result(
      long sourceBytes, long storedBytes, String tritHash, boolean verified, List<Round> rounds) {
    Round median() {
      return rounds.stream()
          .sorted(Comparator.comparingDouble(Round::ratio))
          .skip(rounds.size() / 2)
          .findFirst()
          .orElseThrow();
    }
  }

  /// Runs the command line behind `convert`.
  ///
  /// @throws IOException where the disk fails
  /// @throws IllegalArgumentException for a wrong command line
  static void run(String[] arguments, PrintStream out) throws IOException {
    GeneratedModel model = GeneratedModel.KNOWN.getFirst();
    ModelFormat format = ModelFormat.GGUF_I2_S;
    int rounds = 3;
    boolean sparse = false;
    boolean json = false;
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    for (int i = 1; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--model" -> model = known(value(arguments, ++i));
        case "--to" -> format = format(value(arguments, ++i));
        case "--rounds" -> rounds = Integer.parseInt(value(arguments, ++i));
        case "--dir" -> folder = Path.of(value(arguments, ++i));
        case "--sparse" -> sparse = true;
        case "--json" -> json = true;
        default -> throw new IllegalArgumentException("unknown option [" + arguments[i] + "]");
      }
    }
    if (rounds < 1 || rounds > 100) {
      throw new IllegalArgumentException("--rounds must be in [1, 100], got [" + rounds + "]");
    }
    ConvertBenchmark benchmark = new ConvertBenchmark(model, format, rounds, sparse);
    Path work = Files.createTempDirectory(folder, "bitnet-convert-");
    try {
      benchmark.print(benchmark.measure(work), json, out);
    } finally {
      remove(work);
    }
  }

  private static String value(String[] arguments, int i) {
    if (i >= arguments.length) {
      throw new IllegalArgumentException("an option lacks its value");
    }
    return arguments[i];
  }

  private static GeneratedModel known(String name) {
    return GeneratedModel.KNOWN.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--model must be one of "
                    + GeneratedModel.KNOWN.stream().map(GeneratedModel::name).toList()
                    + ", got ["
                    + name
                    + "]"));
  }

  private static ModelFormat format(String label) {
    return ModelFormat.of(label)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--to must be one of " + ModelFormat.labels() + ", got [" + label + "]"));
  }

  private Result measure(Path work) throws IOException {
    Path source = work.resolve("source");
    long sourceBytes = model.write(source, sparse);
    Round[] measured = new Round[rounds];
    long storedBytes = 0;
    String tritHash = "";
    boolean verified = true;
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors())) {
      for (int round = 0; round < rounds; round++) {
        Path target = work.resolve("target-" + round);
        double copySeconds = copy(source.resolve("model.safetensors"), work.resolve("copy"));
        resetPeak();
        ConversionReport report;
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
          report =
              Converter.of(checkpoint, format, workers)
                  .run(target, "bitnet4j bench", workers, Progress.NONE);
        }
        measured[round] = new Round(report.seconds(), copySeconds, peak());
        storedBytes = report.storedBytes();
        tritHash = report.hashes().tritHash();
        try (Checkpoint written = Checkpoint.open(target)) {
          Inspection inspection = Inspection.of(written.ternary(workers));
          verified &=
              report.rounding().rounded() == 0
                  ? tritHash.equals(inspection.tritHash())
                  : report.hashes().codesHash().equals(inspection.codesHash());
        }
        remove(target);
      }
    }
    return new Result(sourceBytes, storedBytes, tritHash, verified, Arrays.asList(measured));
  }

  private static double copy(Path from, Path to) throws IOException {
    long start = System.nanoTime();
    try (FileChannel input = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel output =
            FileChannel.open(
                to,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      while (input.read(piece.clear()) >= 0) {
        piece.flip();
        while (piece.hasRemaining()) {
          output.write(piece);
        }
      }
      output.force(true);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Files.delete(to);
    return seconds;
  }

  private static void resetPeak() {
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  private static long peak() {
    return heapPools().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  private static Stream<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP);
  }

  private void print(Result result, boolean json, PrintStream out) {
    Round median = result.median();
    double gigabytes = result.sourceBytes / 1e9;
    long peakHeap = result.rounds.stream().mapToLong(Round::peakHeapBytes).max().orElseThrow();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("machine", BenchmarkMachine.current());
      document.put("model", model.name());
      document.put("sparse", sparse);
      document.put("to", format.label());
      document.put("ternaryWeights", model.ternaryWeights());
      document.put("sourceBytes", result.sourceBytes);
      document.put("storedBytes", result.storedBytes);
      document.put("convertSeconds", median.convertSeconds);
      document.put("copySeconds", median.copySeconds);
      document.put("throughputOfCopy", median.ratio());
      document.put("peakHeapBytes", peakHeap);
      document.put("maxHeapBytes", Runtime.getRuntime().maxMemory());
      document.put("tritHash", result.tritHash);
      document.put("verified", result.verified);
      out.println(JsonMapper.shared().writeValueAsString(document));
      return;
    }
    BenchmarkMachine machine = BenchmarkMachine.current();
    out.printf(
        Locale.ROOT,
        "%s, %s, load average %.2f%n%s%n",
        machine.host(),
        machine.system(),
        machine.loadAverage(),
        machine.jdk());
    out.printf(
        Locale.ROOT,
        "%s%s, %.2f G ternary weights, bfloat16 latent -> %s: %.2f GB -> %.2f GB%n",
        model.name(),
        sparse ? " (sparse: all zero)" : "",
        model.ternaryWeights() / 1e9,
        format.label(),
        gigabytes,
        result.storedBytes / 1e9);
    out.printf(
        Locale.ROOT,
        "convert %.2f s (%.2f GB/s of source), copy of the same bytes %.2f s: %.2f of copy;"
            + " median of %d rounds%n",
        median.convertSeconds,
        gigabytes / median.convertSeconds,
        median.copySeconds,
        median.ratio(),
        rounds);
    out.printf(
        Locale.ROOT,
        "peak heap %.0f MiB of %.0f MiB; read back: %s%n",
        peakHeap / 1048576.0,
        Runtime.getRuntime().maxMemory() / 1048576.0,
        result.verified ? "trit hash " + result.tritHash : "DIFFERENT TRITS");
    if (!result.verified) {
      throw new IllegalStateException("the converted model must have the trits of its source");
    }
  }

  private static void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(path)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
