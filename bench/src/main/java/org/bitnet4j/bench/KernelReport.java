package org.bitnet4j.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.bitnet4j.quant.kernels.Host;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `kernels [--json] [--threads N] [--width W,…]`: memory bandwidth, a plain copy and the products
/// of each vector width in one interleaved run: a round gives each case one slice, so that a
/// neighbour on the machine slows all alike, and each width has a virtual machine of its own.
final class KernelReport {
  private static final int ROUNDS = 9;
  private static final int USAGE = 64;
  private static final int MOST_THREADS = 256;

  /// A case and its rates, in what it counts per nanosecond.
  private record Subject(
      SliceProcess process, int number, String width, List<String> words, List<Double> rates) {
    String kernel() {
      return words.get(0);
    }

    int threads() {
      return Integer.parseInt(words.get(1));
    }

    String source() {
      return words.get(5);
    }

    /// 0 where bytes are counted, not weights.
    double bitsPerWeight() {
      return Double.parseDouble(words.get(6));
    }

    double median() {
      return rates.stream().sorted().toList().get(rates.size() / 2);
    }

    double gigabytes() {
      return bitsPerWeight() == 0 ? median() : median() * bitsPerWeight() / 8;
    }

    boolean reads() {
      return kernel().startsWith("read");
    }
  }

  /// What the command line asks for.
  ///
  /// @param json rows instead of a table
  /// @param threads threads, each case also with one
  /// @param widths vector widths
  /// @param slice seconds of a slice
  /// @param mebibytes of weights that memory bounds
  /// @param kibibytes of weights in cache
  /// @param warmUp seconds of each case before the first slice
  private record Options(
      boolean json,
      int threads,
      List<String> widths,
      double slice,
      int mebibytes,
      int kibibytes,
      double warmUp) {}

  private KernelReport() {}

  /// Runs the report, or prints a usage message; returns the exit code.
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    Options options;
    try {
      options = parse(arguments);
    } catch (IllegalArgumentException wrong) {
      err.println(
          wrong.getMessage()
              + "; usage: kernels [--json] [--threads N] [--width scalar|128|256|512,...]"
              + " [--seconds S] [--mebibytes N] [--quick]");
      return USAGE;
    }
    List<Subject> subjects = measure(options);
    out.println(options.json() ? json(subjects) : table(subjects));
    return 0;
  }

  private static Options parse(String[] arguments) {
    boolean json = false;
    boolean quick = false;
    int threads = Runtime.getRuntime().availableProcessors();
    List<String> offered = QuantizeBenchmarkReport.paths(Host.current());
    List<String> widths = offered;
    double seconds = 0.1;
    int mebibytes = 256;
    for (int i = 1; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--json" -> json = true;
        case "--quick" -> quick = true;
        case "--threads" -> threads = Integer.parseInt(Main.value(arguments, ++i));
        case "--width" -> widths = List.of(Main.value(arguments, ++i).split(",", -1));
        case "--seconds" -> seconds = Double.parseDouble(Main.value(arguments, ++i));
        case "--mebibytes" -> mebibytes = Integer.parseInt(Main.value(arguments, ++i));
        default -> Main.require(false, "unknown option [" + arguments[i] + "]");
      }
    }
    Main.require(threads >= 1 && threads <= MOST_THREADS, "--threads must be in [1, 256]");
    Main.require(
        offered.containsAll(widths), "--width must name some of " + offered + ", got " + widths);
    Main.require(seconds > 0 && seconds <= 60, "--seconds must be in (0, 60]");
    Main.require(mebibytes >= 1 && mebibytes <= 1024, "--mebibytes must be in [1, 1024]");
    // Quick: just large enough to see that everything runs; figures mean nothing.
    return quick
        ? new Options(json, threads, widths, 0.001, 1, 32, 0.001)
        : new Options(json, threads, widths, seconds, mebibytes, 512, 4);
  }

  private static List<Subject> measure(Options options) {
    List<SliceProcess> processes = new ArrayList<>();
    try {
      Path directory = Files.createTempDirectory("bitnet4j-bench");
      try {
        List<Subject> subjects = new ArrayList<>();
        MemoryReader.compile(directory)
            .ifPresent(program -> addReader(program, options, processes, subjects));
        add("memory", "", options, processes, subjects);
        for (String width : options.widths()) {
          add("products", width, options, processes, subjects);
        }
        for (int round = 0; round < ROUNDS; round++) {
          for (Subject subject : subjects) {
            subject
                .rates()
                .add(subject.process().slice(subject.number(), (long) (options.slice() * 1e9)));
          }
        }
        return subjects;
      } finally {
        processes.forEach(SliceProcess::close);
        deleteAll(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void addReader(
      Path program, Options options, List<SliceProcess> processes, List<Subject> subjects) {
    SliceProcess process =
        new SliceProcess(
            List.of(
                program.toString(),
                Integer.toString(options.threads()),
                Long.toString(options.kibibytes() * 1024L),
                Long.toString(options.mebibytes() * 1024L * 1024)));
    processes.add(process);
    for (int number = 0; number < process.cases().size(); number++) {
      boolean all = number % 2 == 1;
      if (all && options.threads() == 1) {
        continue; // the same as one thread
      }
      String line =
          KernelSlices.line(
              "read-c", all ? options.threads() : 1, 0, 0, 0, number < 2 ? "l2" : "dram", 0);
      subjects.add(
          new Subject(process, number, "", List.of(line.split(" ", -1)), new ArrayList<>()));
    }
  }

  private static void add(
      String kind,
      String width,
      Options options,
      List<SliceProcess> processes,
      List<Subject> subjects) {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    if (!width.equals("scalar")) {
      command.add("--add-modules=jdk.incubator.vector");
    }
    if (!width.isEmpty()) {
      command.add("-Dbitnet4j.kernels.width=" + width);
    }
    // The collector of the command, and none of its threads at work beside a slice.
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            KernelSlices.class.getName(),
            kind,
            Integer.toString(options.threads()),
            Integer.toString(options.mebibytes()),
            Integer.toString(options.kibibytes()),
            Double.toString(options.warmUp())));
    SliceProcess process = new SliceProcess(command);
    processes.add(process);
    for (int number = 0; number < process.cases().size(); number++) {
      List<String> words = List.of(process.cases().get(number).split(" ", -1));
      subjects.add(new Subject(process, number, width, words, new ArrayList<>()));
    }
  }

  /// Median over the rounds of a case's bandwidth by that of the fastest reader with as many
  /// threads in the same round.
  private static double share(Subject subject, List<Subject> all) {
    double scale = subject.bitsPerWeight() == 0 ? 1 : subject.bitsPerWeight() / 8;
    double[] shares = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      int at = round;
      OptionalDouble best =
          all.stream()
              .filter(other ->
                  other.reads()
                      && other.threads() == subject.threads()
                      && other.source().equals(subject.source()))
              .mapToDouble(other -> other.rates().get(at))
              .max();
      shares[round] = subject.rates().get(round) * scale / best.orElseThrow();
    }
    Arrays.sort(shares);
    return shares[ROUNDS / 2];
  }

  private static String json(List<Subject> subjects) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Subject subject : subjects) {
      boolean weights = subject.bitsPerWeight() > 0;
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("kernel", subject.kernel());
      row.put("width", subject.width().matches("\\d+") ? Integer.parseInt(subject.width()) : 0);
      row.put("threads", subject.threads());
      row.put("rows", Integer.parseInt(subject.words().get(2)));
      row.put("cols", Integer.parseInt(subject.words().get(3)));
      row.put("tokens", Integer.parseInt(subject.words().get(4)));
      row.put("source", subject.source());
      row.put("gweights_per_s", weights ? subject.median() : 0.0);
      row.put("bits_per_weight", subject.bitsPerWeight());
      row.put("gb_per_s", subject.gigabytes());
      row.put("share_of_bandwidth", share(subject, subjects));
      rows.add(row);
    }
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(rows);
  }

  private static String table(List<Subject> subjects) {
    BenchmarkMachine machine = BenchmarkMachine.current();
    StringBuilder text = new StringBuilder(4096);
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %s, load average %.2f%n%s%n%n",
            machine.host(),
            machine.system(),
            machine.loadAverage(),
            machine.jdk()));
    String format = "%-19s %6s %7s %12s %6s %6s %10s %5s %8s %7s%n";
    text.append(
        String.format(
            format,
            "kernel",
            "width",
            "threads",
            "shape",
            "tokens",
            "source",
            "Gweights/s",
            "bpw",
            "GB/s",
            "share"));
    for (Subject subject : subjects) {
      boolean weights = subject.bitsPerWeight() > 0;
      text.append(
          String.format(
              Locale.ROOT,
              format,
              subject.kernel(),
              subject.width(),
              subject.threads(),
              weights ? subject.words().get(2) + "x" + subject.words().get(3) : "",
              weights ? subject.words().get(4) : "",
              subject.source(),
              weights ? String.format(Locale.ROOT, "%.2f", subject.median()) : "",
              weights ? String.format(Locale.ROOT, "%.2f", subject.bitsPerWeight()) : "",
              String.format(Locale.ROOT, "%.2f", subject.gigabytes()),
              String.format(Locale.ROOT, "%.0f%%", 100 * share(subject, subjects))));
    }
    return text.toString();
  }
}
