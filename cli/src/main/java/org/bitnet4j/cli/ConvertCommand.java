package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.checkpoint.ReadOptions;
import org.bitnet4j.formats.convert.ConversionReport;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Workers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Writes a ternary model in another format.
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Write a ternary model in another format, whole or not at all, trits unchanged.",
      "An interrupted conversion is taken up where it was when the same command runs again."
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description = "A GGUF file or shard, a Hugging Face directory, a .safetensors or .trit file.")
  private Path input = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "The file (trit, gguf) or directory (safetensors) to write.")
  private Path output = Path.of("");

  @Option(
      names = "--max-shard-bytes",
      paramLabel = "N",
      description =
          "Split the weights into files of at most N bytes of data (safetensors: 5 GB unless given)."
              + " With it, gguf is written as a directory of shards.")
  private @Nullable Long maxShardBytes;

  @Mixin private TargetOption to = new TargetOption();
  @Mixin private ReadOption reading = new ReadOption();
  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private JsonOption json = new JsonOption();

  /// What was read and what was read back.
  private record Outcome(ConversionReport report, List<String> notes, Inspection written) {
    boolean rounded() {
      return report.rounding().rounded() > 0;
    }

    boolean sameCodes() {
      return report.hashes().codesHash().equals(written.codesHash());
    }

    boolean sameTrits() {
      return report.hashes().tritHash().equals(written.tritHash());
    }

    boolean good() {
      return rounded() ? sameCodes() : sameTrits();
    }
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Outcome outcome;
    try (Workers workers = threads.workers()) {
      ConversionReport report;
      List<String> notes;
      try (Checkpoint checkpoint = Checkpoint.open(input, reading.options());
          Terminal progress = new Terminal(err, "convert");
          OutputFiles _ = OutputFiles.claim(checkpoint, output, null)) {
        Converter converter = converter(checkpoint, workers);
        notes = converter.notes();
        report =
            converter.run(
                output,
                "bitnet4j " + Version.current(),
                workers,
                json.enabled() ? Progress.NONE : progress);
      }
      outcome = new Outcome(report, notes, readBack(workers));
    }
    warn(outcome, err);
    if (json.enabled()) {
      json.print(spec, document(outcome));
    } else {
      print(outcome);
    }
    return outcome.good() ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private Converter converter(Checkpoint checkpoint, Workers workers) {
    Long bytes = maxShardBytes;
    if (bytes != null && (bytes < 1 || to.target() == ModelFormat.TRIT)) {
      throw new UsageException(
          "--max-shard-bytes must be at least 1 and goes with safetensors and gguf, got ["
              + bytes
              + " with "
              + to.target().label()
              + "].");
    }
    Converter converter = Converter.of(checkpoint, to.target(), workers);
    return bytes == null ? converter : converter.withShards(bytes);
  }

  /// Every tensor of what was written; what is not said in a file is as this program writes it.
  private Inspection readBack(Workers workers) {
    try (Checkpoint written = Checkpoint.open(output, ReadOptions.DEFAULT)) {
      return Inspection.of(written.ternary(workers));
    }
  }

  private void warn(Outcome outcome, PrintWriter err) {
    outcome.notes().forEach(note -> err.println("bitnet: note: " + Printable.line(note)));
    if (outcome.rounded()) {
      List<ConversionReport.Tensor> rounded =
          outcome.report().tensors().stream()
              .filter(tensor -> tensor.stored().rounding().rounded() > 0)
              .toList();
      err.println(
          Roundings.warning(
              rounded.getFirst().name(), rounded.size(), outcome.report().rounding()));
    }
    if (!outcome.good()) {
      err.println(
          "bitnet: "
              + Printable.line(output.toString())
              + ": hash of the trits must be what was read, got ["
              + outcome.written().codesHash()
              + "]. Do not use the file: the storage or the memory is at fault.");
    }
  }

  private Map<String, Object> document(Outcome outcome) {
    ConversionReport report = outcome.report();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("output", output.toString());
    document.put("target", to.target().label());
    document.put("codesHash", outcome.written().codesHash());
    document.put("tritHashBefore", report.hashes().tritHash());
    document.put("tritHash", outcome.written().tritHash());
    document.put("codesEqual", outcome.sameCodes());
    document.put("roundedMultipliers", report.rounding().rounded());
    document.put("largestRelativeRounding", report.rounding().largestRelativeError());
    document.put("originalBytes", report.originalBytes());
    document.put("storedBytes", report.storedBytes());
    document.put("resumedTensors", report.resumed());
    document.put("seconds", report.seconds());
    document.put("peakHeapBytes", HeapPeak.bytes());
    document.put("sources", report.hashes().sources());
    document.put("notes", outcome.notes());
    document.put("tensors", report.tensors().stream().map(ConvertCommand::row).toList());
    return document;
  }

  private static Map<String, Object> row(ConversionReport.Tensor tensor) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", tensor.name());
    row.put("shape", tensor.shape().dimensions());
    row.put("from", tensor.from());
    row.put("to", tensor.stored().type());
    row.put("originalBytes", tensor.originalBytes());
    row.put("storedBytes", tensor.stored().bytes());
    row.put("roundedMultipliers", tensor.stored().rounding().rounded());
    row.put("tritHash", tensor.hash() == null ? null : tensor.hash().tritHash());
    row.put("resumed", tensor.resumed());
    return row;
  }

  /// Tensors that became the same from the same.
  private static final class Kind {
    private long tensors;
    private long before;
    private long after;
  }

  private void print(Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    ConversionReport report = outcome.report();
    Map<String, Kind> kinds = new TreeMap<>();
    for (ConversionReport.Tensor tensor : report.tensors()) {
      Kind kind =
          kinds.computeIfAbsent(
              tensor.from() + " -> " + tensor.stored().type(), name -> new Kind());
      kind.tensors++;
      kind.before += tensor.originalBytes();
      kind.after += tensor.stored().bytes();
    }
    Tables table = new Tables(1, "stored as", "tensors", "before", "after");
    kinds.forEach((name, kind) ->
        table.row(
            Printable.line(name),
            Long.toString(kind.tensors),
            Tables.bytes(kind.before),
            Tables.bytes(kind.after)));
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%d tensors, %s -> %s in %s s, peak heap %s%s%n",
        report.tensors().size(),
        Tables.bytes(report.originalBytes()),
        Tables.bytes(report.storedBytes()),
        Tables.fixed(report.seconds(), 2),
        Tables.bytes(HeapPeak.bytes()),
        report.resumed() == 0
            ? ""
            : "; " + report.resumed() + " tensors taken over from an interrupted run");
    out.println("trit hash before " + report.hashes().tritHash());
    out.println(
        "trit hash after  "
            + outcome.written().tritHash()
            + (outcome.sameTrits()
                ? " (same)"
                : outcome.sameCodes() ? " (same trits, rounded multipliers)" : " (DIFFERENT)"));
    out.println(Printable.line("wrote " + output));
  }
}
