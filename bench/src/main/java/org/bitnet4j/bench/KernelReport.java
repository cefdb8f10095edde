package org.bitnet4j.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// `kernels …`: memory bandwidth, a plain copy and the products of each vector width in one
/// interleaved run: a round gives each case one slice, so that a neighbour on the machine slows all
/// alike, and each width has a virtual machine of its own. The clock's time counts.
final class KernelReport {

  /// A row and the process that works for it.
  private record Subject(SliceProcess process, int number, KernelRow row) {}

  private final KernelOptions options;
  private final PrintStream notes;
  private final List<SliceProcess> processes = new ArrayList<>();
  private final List<Subject> subjects = new ArrayList<>();

  private KernelReport(KernelOptions options, PrintStream notes) {
    this.options = options;
    this.notes = notes;
  }

  /// Runs the report, or prints a usage message; returns the exit code.
  ///
  /// @param out receives the table or the JSON rows
  /// @param err receives the machine's state, and what is missing
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    KernelOptions options;
    try {
      options = KernelOptions.parse(arguments);
    } catch (IllegalArgumentException wrong) {
      err.println(wrong.getMessage() + "; usage: " + KernelOptions.USAGE);
      return Main.USAGE;
    }
    ProcessorLoad before = ProcessorLoad.now();
    List<KernelRow> rows = new KernelReport(options, options.json() ? err : out).measure();
    PrintStream notes = options.json() ? err : out;
    BenchmarkMachine machine = BenchmarkMachine.current();
    notes.println(machine.host() + ", " + machine.system() + ", " + machine.jdk());
    notes.println(
        String.format(
            Locale.ROOT,
            "%d rounds of %.0f ms, load average %.2f on %d processors%s%n",
            options.rounds(),
            1e3 * options.seconds(),
            machine.loadAverage(),
            Runtime.getRuntime().availableProcessors(),
            ProcessorLoad.now().since(before)));
    out.println(options.json() ? KernelTable.json(rows) : KernelTable.text(rows));
    return 0;
  }

  private List<KernelRow> measure() {
    try {
      Path directory = Files.createTempDirectory("bitnet4j-bench");
      try {
        switch (MemoryReader.compile(directory)) {
          case MemoryReader.Compiled(Path program) -> addReader(program);
          case MemoryReader.Missing(String reason) ->
              notes.println("no C loop beside the Java loop: " + reason);
        }
        add("memory", "");
        for (String width : options.widths()) {
          add("products", width);
        }
        for (int round = 0; round < options.rounds(); round++) {
          for (Subject subject : subjects) {
            SliceProcess.Answer answer =
                subject.process().slice(subject.number(), (long) (options.seconds() * 1e9));
            subject.row().slices().add(answer.toSlice(subject.row().threads()));
          }
        }
        return subjects.stream().map(Subject::row).sorted(KernelRow.ORDER).toList();
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

  private void addReader(Path program) {
    start(
        "",
        List.of(
            program.toString(),
            Integer.toString(options.threads()),
            Long.toString(options.kibibytes() * 1024L),
            Long.toString(options.mebibytes() * 1024L * 1024)));
  }

  private void add(String kind, String width) {
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
            Double.toString(options.warmUp()),
            Integer.toString(options.kibibytes()),
            Integer.toString(options.mebibytes()),
            // The scalar path takes seconds for a token: it only shows what a plain loop does.
            Integer.toString(width.equals("scalar") ? 0 : options.layers()),
            Integer.toString(options.part())));
    start(width, command);
  }

  private void start(String width, List<String> command) {
    SliceProcess process = new SliceProcess(command);
    processes.add(process);
    for (int number = 0; number < process.cases().size(); number++) {
      KernelRow row = KernelRow.of(width, process.cases().get(number));
      subjects.add(new Subject(process, number, row));
    }
  }
}
