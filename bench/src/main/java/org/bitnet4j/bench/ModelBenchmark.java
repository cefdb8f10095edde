package org.bitnet4j.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.models.weights.LoadReport;
import org.bitnet4j.quant.Workers;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `model …`: loads a model, evaluates a prompt and generates tokens, in turns with plain reads of
/// memory: tokens per second, bytes that a token reads, and what share of the memory's bandwidth
/// that is.
///
/// The model is a file, or generated with published dimensions and converted to I2_S first; speed
/// does not depend on what weights say.
final class ModelBenchmark {
  private static final double WARM_UP_SECONDS = 4;
  private static final double READ_SECONDS = 0.3;
  private static final int READ_MEBIBYTES = 512;

  /// What one round gave: tokens per second of both phases, bytes read per nanosecond, joules of
  /// the processor's package for each token.
  private record Round(
      double prompt, double generate, double read, OptionalDouble promptJ, OptionalDouble nextJ) {}

  /// A row of the report.
  ///
  /// @param phase `prompt` or `generate`
  /// @param threads how many
  /// @param tokens of the prompt, or generated
  /// @param tokensPerSecond median of all rounds
  /// @param bytesPerToken weights, keys and values that a generated token reads; 0 for a prompt,
  ///   whose tokens share them
  /// @param gigabytesPerSecond bytes read
  /// @param readGigabytesPerSecond what a plain read of memory by as many threads gave
  /// @param shareOfBandwidth the one by the other, median of the rounds
  /// @param joulesPerToken of the processor's package, absent where nobody measures it
  /// @param loadSeconds from opening the file to ready weights, in a process of its own
  /// @param readySeconds until code is warm too
  /// @param peakMebibytes most memory that was resident in that process, absent where nobody tells
  /// @param heapMebibytes most of its heap that was in use
  private record Row(
      String phase,
      int threads,
      int tokens,
      @JsonProperty("tokens_per_s") double tokensPerSecond,
      @JsonProperty("bytes_per_token") long bytesPerToken,
      @JsonProperty("gb_per_s") double gigabytesPerSecond,
      @JsonProperty("read_gb_per_s") double readGigabytesPerSecond,
      @JsonProperty("share_of_bandwidth") double shareOfBandwidth,
      @JsonProperty("joules_per_token") @Nullable Double joulesPerToken,
      @JsonProperty("load_s") double loadSeconds,
      @JsonProperty("ready_s") double readySeconds,
      @JsonProperty("peak_mib") @Nullable Long peakMebibytes,
      @JsonProperty("heap_mib") long heapMebibytes) {}

  private final ModelBenchmarkOptions options;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> loads = new ArrayList<>();

  private ModelBenchmark(ModelBenchmarkOptions options) {
    this.options = options;
  }

  /// Runs the benchmark, or prints a usage message; returns the exit code.
  ///
  /// @throws IOException where the disk fails
  static int run(String[] arguments, PrintStream out, PrintStream err) throws IOException {
    ModelBenchmarkOptions options;
    try {
      options = ModelBenchmarkOptions.parse(arguments);
    } catch (IllegalArgumentException wrong) {
      err.println(wrong.getMessage() + "; usage: " + ModelBenchmarkOptions.USAGE);
      return Main.USAGE;
    }
    ModelBenchmark benchmark = new ModelBenchmark(options);
    benchmark.measure();
    PrintStream notes = options.json() ? err : out;
    BenchmarkMachine machine = BenchmarkMachine.current();
    notes.println(machine.host() + ", " + machine.system() + ", " + machine.jdk());
    notes.println(
        String.format(
            Locale.ROOT,
            "%d rounds, load average %.2f on %d processors",
            options.rounds(),
            machine.loadAverage(),
            Runtime.getRuntime().availableProcessors()));
    benchmark.loads.forEach(notes::println);
    out.println(options.json() ? benchmark.json() : benchmark.table());
    return 0;
  }

  private void measure() throws IOException {
    if (options.file().isPresent()) {
      measure(options.file().get());
      return;
    }
    Path work = Files.createTempDirectory(options.folder(), "bitnet-model-");
    try {
      measure(write(work));
    } finally {
      try (Stream<Path> files = Files.walk(work)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private Path write(Path work) throws IOException {
    Path source = work.resolve("source");
    Path target = work.resolve("model.gguf");
    options.model().write(source, false);
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors());
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Converter.of(checkpoint, ModelFormat.GGUF_I2_S, workers)
          .run(target, "bitnet4j bench", workers, Progress.NONE);
    }
    Files.delete(source.resolve("model.safetensors"));
    return target;
  }

  private void measure(Path file) throws IOException {
    int most = options.threads();
    for (int threads : most == 1 ? new int[] {1} : new int[] {1, most}) {
      LoadOptions load = LoadOptions.defaults().withThreads(threads);
      if (options.head().isPresent()) {
        load = load.withHead(options.head().get());
      }
      if (options.embedding().isPresent()) {
        load = load.withEmbedding(options.embedding().get());
      }
      ColdLoad.Took cold = ColdLoad.measure(file, threads, options.head(), options.embedding());
      try (Transformer transformer = Transformer.load(file, load);
          Session session =
              transformer.session(
                  SessionOptions.of(options.prompt() + options.generated())
                      .withCache(options.cache()))) {
        loads.add(describe(transformer.report(), cold, threads));
        measure(transformer, session, threads, cold);
      }
    }
  }

  private static String describe(LoadReport report, ColdLoad.Took cold, int threads) {
    return String.format(
        Locale.ROOT,
        "loaded from %s in %.2f s by %d threads, ready in %.2f s: %d MiB of weights, peak %s MiB,"
            + " heap %d MiB, embedding %s (error %.2e), head %s (error %.2e)",
        report.format(),
        cold.load(),
        threads,
        cold.ready(),
        report.weightBytes() >> 20,
        cold.peakMebibytes().isPresent() ? cold.peakMebibytes().getAsLong() : "unknown",
        cold.heapMebibytes(),
        report.embedding(),
        report.embeddingError(),
        report.head(),
        report.headError());
  }

  private void measure(Transformer transformer, Session session, int threads, ColdLoad.Took cold) {
    ModelSlices slices = new ModelSlices(session, options.prompt(), options.generated());
    MemorySlices memory = new MemorySlices(1, READ_MEBIBYTES);
    KernelSlices.SliceCase read =
        memory.cases(threads).stream()
            .filter(c -> c.line().startsWith("read-java") && c.line().contains("dram"))
            .findFirst()
            .orElseThrow();
    long start = System.nanoTime();
    do {
      slices.evaluatePrompt();
      slices.generate();
      read.work().run();
    } while (System.nanoTime() - start < WARM_UP_SECONDS * 1e9);
    List<Round> rounds = new ArrayList<>();
    for (int round = 0; round < options.rounds(); round++) {
      double bandwidth = rate(read);
      EnergyMeter before = EnergyMeter.now();
      double prompt = options.prompt() / seconds(slices::evaluatePrompt);
      EnergyMeter between = EnergyMeter.now();
      double generate = options.generated() / seconds(slices::generate);
      rounds.add(
          new Round(
              prompt,
              generate,
              bandwidth,
              between.since(before, options.prompt()),
              EnergyMeter.now().since(between, options.generated())));
    }
    report(transformer, session, threads, rounds, cold);
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  /// Bytes per nanosecond.
  private static double rate(KernelSlices.SliceCase read) {
    long start = System.nanoTime();
    double bytes = 0;
    do {
      read.work().run();
      bytes += read.amount();
    } while (System.nanoTime() - start < READ_SECONDS * 1e9);
    return bytes / (System.nanoTime() - start);
  }

  private void report(
      Transformer transformer,
      Session session,
      int threads,
      List<Round> rounds,
      ColdLoad.Took cold) {
    // Keys and values grow from none to those of all tokens generated.
    long cache = session.cacheBytes() / session.capacity() * options.generated() / 2;
    long bytes = transformer.report().bytesPerToken() + cache;
    Long peak = cold.peakMebibytes().isPresent() ? cold.peakMebibytes().getAsLong() : null;
    double read = median(rounds.stream().mapToDouble(Round::read));
    double prompt = median(rounds.stream().mapToDouble(Round::prompt));
    double generate = median(rounds.stream().mapToDouble(Round::generate));
    double share = median(rounds.stream().mapToDouble(r -> r.generate() * bytes / 1e9 / r.read()));
    rows.add(
        new Row(
            "prompt",
            threads,
            options.prompt(),
            prompt,
            0,
            0,
            read,
            0,
            joules(rounds.stream().map(Round::promptJ)),
            cold.load(),
            cold.ready(),
            peak,
            cold.heapMebibytes()));
    rows.add(
        new Row(
            "generate",
            threads,
            options.generated(),
            generate,
            bytes,
            generate * bytes / 1e9,
            read,
            share,
            joules(rounds.stream().map(Round::nextJ)),
            cold.load(),
            cold.ready(),
            peak,
            cold.heapMebibytes()));
  }

  private static double median(java.util.stream.DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static @Nullable Double joules(Stream<OptionalDouble> values) {
    double[] known =
        values.filter(OptionalDouble::isPresent).mapToDouble(OptionalDouble::getAsDouble).toArray();
    Arrays.sort(known);
    return known.length == 0 ? null : known[known.length / 2];
  }

  private String json() {
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(rows);
  }

  private String table() {
    StringBuilder text = new StringBuilder(1024);
    text.append(
        String.format(
            Locale.ROOT,
            "%-9s %7s %7s %9s %9s %7s %10s %7s %8s %7s %7s %9s %9s%n",
            "phase",
            "threads",
            "tokens",
            "tokens/s",
            "MB/token",
            "GB/s",
            "read GB/s",
            "share",
            "J/token",
            "load s",
            "ready s",
            "peak MiB",
            "heap MiB"));
    for (Row row : rows) {
      boolean prompt = row.bytesPerToken() == 0;
      text.append(
          String.format(
              Locale.ROOT,
              "%-9s %7d %7d %9.2f %9s %7s %10.1f %7s %8s %7.2f %7.2f %9s %9d%n",
              row.phase(),
              row.threads(),
              row.tokens(),
              row.tokensPerSecond(),
              prompt ? "-" : String.format(Locale.ROOT, "%.0f", row.bytesPerToken() / 1e6),
              prompt ? "-" : String.format(Locale.ROOT, "%.1f", row.gigabytesPerSecond()),
              row.readGigabytesPerSecond(),
              prompt ? "-" : String.format(Locale.ROOT, "%.0f%%", 100 * row.shareOfBandwidth()),
              row.joulesPerToken() == null
                  ? "unknown"
                  : String.format(Locale.ROOT, "%.2f", row.joulesPerToken()),
              row.loadSeconds(),
              row.readySeconds(),
              row.peakMebibytes() == null ? "unknown" : row.peakMebibytes().toString(),
              row.heapMebibytes()));
    }
    return text.toString().stripTrailing();
  }
}
