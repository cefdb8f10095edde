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
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.DenseFormat;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `peer …`: llama.cpp, as `de.kherud:llama` brings it, and ours on one generated model of 2B-4T
/// shape, converted to TQ2_0 by our own writer, in one interleaved run. Needs the module `peer`,
/// which `./bitnet bench peer` builds.
final class PeerReport {
  private static final String PEER = "llama.cpp TQ2_0";
  private static final String WARM_UP_SECONDS = "4";
  private static final String PEER_CLASS = "org.bitnet4j.peer.LlamaSlices";

  /// An engine at one kind of work.
  private record Subject(
      String engine,
      String phase,
      int threads,
      SliceProcess process,
      int number,
      List<KernelRow.Slice> slices) {
    double median(ToDoubleFunction<KernelRow.Slice> value) {
      return PeerReport.median(slices.stream().mapToDouble(value).toArray());
    }
  }

  /// What all rounds gave.
  ///
  /// @param engine who
  /// @param phase `prompt` or `generate`
  /// @param threads how many
  /// @param tokens of the prompt, or generated
  /// @param tokensPerSecond of the middle round
  /// @param ratio to the peer at the same work: that of the middle round
  /// @param processorShare processor time by the clock's time and threads
  /// @param peakMebibytes most resident memory of the engine's process, 0 where unknown
  private record Row(
      String engine,
      String phase,
      int threads,
      int tokens,
      @JsonProperty("tokens_per_s") double tokensPerSecond,
      double ratio,
      @JsonProperty("processor_share") double processorShare,
      @JsonProperty("peak_resident_mib") long peakMebibytes) {}

  private final PeerOptions options;
  private final List<SliceProcess> processes = new ArrayList<>();
  private final List<Subject> subjects = new ArrayList<>();

  private PeerReport(PeerOptions options) {
    this.options = options;
  }

  /// Runs the report, or prints a usage message; returns the exit code.
  ///
  /// @throws IOException where the disk fails
  static int run(String[] arguments, PrintStream out, PrintStream err) throws IOException {
    PeerOptions options;
    try {
      options = PeerOptions.parse(arguments);
      Class.forName(PEER_CLASS, false, PeerReport.class.getClassLoader());
    } catch (IllegalArgumentException wrong) {
      err.println(wrong.getMessage() + "; usage: " + PeerOptions.USAGE);
      return Main.USAGE;
    } catch (ClassNotFoundException notBuilt) {
      err.println("the peer must be on the class path. Start it by ./bitnet bench peer");
      return Main.USAGE;
    }
    List<Row> rows = new PeerReport(options).measure();
    PrintStream notes = options.json() ? err : out;
    BenchmarkMachine machine = BenchmarkMachine.current();
    notes.println(machine.host() + ", " + machine.system() + ", " + machine.jdk());
    notes.println(
        String.format(
            Locale.ROOT,
            "%s, %d layers, vocabulary of %d; %d rounds, load average %.2f on %d processors%n",
            options.model().name(),
            options.model().layers(),
            options.model().vocabulary(),
            options.rounds(),
            machine.loadAverage(),
            Runtime.getRuntime().availableProcessors()));
    out.println(options.json() ? json(rows) : table(rows));
    return 0;
  }

  private List<Row> measure() throws IOException {
    Path work = Files.createTempDirectory(options.folder(), "bitnet-peer-");
    try {
      Path file = options.file().isPresent() ? options.file().get() : write(work);
      for (int threads : threadCounts()) {
        addPeer(file, threads, Files.createDirectory(work.resolve("native-" + threads)));
      }
      for (DenseFormat head : options.heads()) {
        for (int threads : threadCounts()) {
          addOurs(file, threads, head);
        }
      }
      for (int round = 0; round < options.rounds(); round++) {
        for (Subject subject : subjects) {
          SliceProcess.Answer answer = subject.process().slice(subject.number(), 1);
          subject.slices().add(answer.toSlice(subject.threads()));
        }
      }
      return subjects.stream().map(this::row).toList();
    } finally {
      processes.forEach(SliceProcess::close);
      try (Stream<Path> files = Files.walk(work)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private int[] threadCounts() {
    return options.threads() == 1 ? new int[] {1} : new int[] {1, options.threads()};
  }

  /// The model in the file format and tensor type that the peer reads.
  private Path write(Path work) throws IOException {
    Path source = work.resolve("source");
    Path target = work.resolve("model.gguf");
    options.model().write(source, false);
    GeneratedTokenizer.write(source, options.model().vocabulary());
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors());
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Converter.of(checkpoint, ModelFormat.GGUF_TQ2_0, workers)
          .run(target, "bitnet4j bench", workers, Progress.NONE);
    }
    Files.delete(source.resolve("model.safetensors"));
    return target;
  }

  private static List<String> java() {
    return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }

  private void addPeer(Path file, int threads, Path nativeFolder) {
    List<String> command = new ArrayList<>(java());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            // It unpacks its library there, and two processes must not unpack over each other.
            "-Djava.io.tmpdir=" + nativeFolder,
            "-cp",
            System.getProperty("java.class.path"),
            PEER_CLASS,
            file.toString(),
            Integer.toString(threads),
            Integer.toString(options.prompt()),
            Integer.toString(options.generated())));
    start(PEER, threads, command);
  }

  private void addOurs(Path file, int threads, DenseFormat head) {
    List<String> command = new ArrayList<>(java());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ModelSlices.class.getName(),
            file.toString(),
            Integer.toString(threads),
            Integer.toString(options.prompt()),
            Integer.toString(options.generated()),
            head.name(),
            WARM_UP_SECONDS));
    start("bitnet4j, head " + head, threads, command);
  }

  private void start(String engine, int threads, List<String> command) {
    SliceProcess process = new SliceProcess(command);
    processes.add(process);
    for (int number = 0; number < process.cases().size(); number++) {
      String phase = process.cases().get(number);
      subjects.add(new Subject(engine, phase, threads, process, number, new ArrayList<>()));
    }
  }

  private Row row(Subject subject) {
    Subject peer =
        subjects.stream()
            .filter(other ->
                other.engine().equals(PEER)
                    && other.phase().equals(subject.phase())
                    && other.threads() == subject.threads())
            .findFirst()
            .orElseThrow();
    double[] ratios = new double[options.rounds()];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = subject.slices().get(round).rate() / peer.slices().get(round).rate();
    }
    return new Row(
        subject.engine(),
        subject.phase(),
        subject.threads(),
        subject.phase().equals("prompt") ? options.prompt() : options.generated(),
        1e9 * subject.median(KernelRow.Slice::rate),
        median(ratios),
        subject.median(KernelRow.Slice::processorShare),
        subject.process().peakMebibytes());
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static String json(List<Row> rows) {
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(rows);
  }

  private static String table(List<Row> rows) {
    StringBuilder text = new StringBuilder(2048);
    text.append(
        String.format(
            Locale.ROOT,
            "%-24s %-9s %7s %7s %9s %7s %5s %9s%n",
            "engine",
            "phase",
            "threads",
            "tokens",
            "tokens/s",
            "ratio",
            "cpu",
            "peak MiB"));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-24s %-9s %7d %7d %9.2f %6.2fx %4.0f%% %9d%n",
              row.engine(),
              row.phase(),
              row.threads(),
              row.tokens(),
              row.tokensPerSecond(),
              row.ratio(),
              100 * row.processorShare(),
              row.peakMebibytes()));
    }
    return text.toString();
  }
}
