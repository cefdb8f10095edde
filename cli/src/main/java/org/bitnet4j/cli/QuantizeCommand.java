package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.QuantizationProgress;
import org.bitnet4j.formats.quantize.QuantizedOutput;
import org.bitnet4j.formats.quantize.RunDescription;
import org.bitnet4j.formats.report.QuantizationReport;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Quantizes a checkpoint into a checked file.
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    description = "Quantize a float checkpoint and write it, whole or not at all.")
final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description = "A Hugging Face directory or a .safetensors file with float weights.")
  private Path input = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "The file (trit) or directory (safetensors:packed) to write.")
  private Path output = Path.of("");

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write a report: one self-contained HTML file.")
  private @Nullable Path report;

  @Mixin private TargetOption to = new TargetOption();
  @Mixin private RecipeOptions recipes = new RecipeOptions();
  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private JsonOption json = new JsonOption();

  /// What a run gave.
  private record Run(QuantizationReport report, List<String> roundedScales) {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Recipe recipe = recipes.recipe(err);
    Run run;
    try (Checkpoint checkpoint = Checkpoint.open(input);
        Terminal progress = new Terminal(err);
        Workers workers = threads.workers();
        OutputFiles files = OutputFiles.claim(checkpoint, output, report)) {
      run = run(checkpoint, recipe, workers, json.enabled() ? QuantizationProgress.NONE : progress);
      files.writeReport(run.report());
    }
    for (String name : run.roundedScales()) {
      err.println(
          "bitnet: warning: the scale of "
              + Printable.line(name)
              + " is stored as a reciprocal, which float32 holds only rounded");
    }
    Inspection written = readBack();
    print(run.report(), written);
    boolean same =
        !run.roundedScales().isEmpty()
            || Objects.equals(run.report().tritHash(), written.tritHash());
    if (!same) {
      err.println(
          "bitnet: "
              + output
              + ": trit hash must be "
              + run.report().tritHash()
              + ", got ["
              + written.tritHash()
              + "]. Do not use the file: the storage or the memory is at fault.");
    }
    return same ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private Run run(
      Checkpoint checkpoint, Recipe recipe, Workers workers, QuantizationProgress progress) {
    CheckpointQuantizer quantizer = CheckpointQuantizer.of(checkpoint, recipe);
    String name = String.valueOf(input.toAbsolutePath().normalize().getFileName());
    RunDescription about = new RunDescription(name, "bitnet4j " + Version.current(), name);
    try (QuantizedOutput sink = quantizer.begin(to.target(), output)) {
      QuantizationReport result = quantizer.run(sink, about, workers, progress);
      return new Run(result, sink.roundedScales());
    }
  }

  /// Reads what was written, every tensor of it.
  private Inspection readBack() {
    try (Checkpoint written = Checkpoint.open(output)) {
      return Inspection.of(written);
    }
  }

  private void print(QuantizationReport result, Inspection written) {
    String tritHash = written.tritHash();
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("output", output.toString());
      document.put("target", to.target().label());
      document.put("originalBytes", result.total().originalBytes());
      document.put("storedBytes", result.total().storedBytes());
      document.put("bitsPerWeight", result.total().bitsPerWeight());
      document.put("seconds", result.seconds());
      document.put("tritHash", tritHash);
      document.put("tensors", result.tensors().stream().map(QuantizeCommand::row).toList());
      json.print(spec, document);
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    Tables table =
        new Tables(2, "tensor", "shape", "bits/weight", "zeros %", "SQNR dB", "cosine", "seconds");
    long kept = 0;
    for (TensorReport tensor : result.tensors()) {
      if (tensor.error() == null) {
        kept++;
        continue;
      }
      table.row(
          Printable.line(tensor.name()),
          tensor.shape().toString(),
          Tables.fixed(tensor.size().bitsPerWeight(), 3),
          tensor.trits() == null ? "–" : Tables.fixed(100 * tensor.trits().zeroShare(), 1),
          Tables.fixed(tensor.error().sqnrDb(), 2),
          Tables.fixed(tensor.error().cosine(), 4),
          Tables.fixed(tensor.seconds(), 3));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%d tensors quantized, %d kept: %s -> %s, %s bits per weight over all, %s s%n",
        result.tensors().size() - kept,
        kept,
        Tables.bytes(result.total().originalBytes()),
        Tables.bytes(result.total().storedBytes()),
        Tables.fixed(result.total().bitsPerWeight(), 3),
        Tables.fixed(result.seconds(), 2));
    if (tritHash != null) {
      out.println("trit hash " + tritHash + " (read back from the file)");
    }
    out.println(Printable.line("wrote " + output + (report == null ? "" : " and " + report)));
  }

  private static Map<String, Object> row(TensorReport tensor) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", tensor.name());
    row.put("method", tensor.method());
    row.put("originalBytes", tensor.size().originalBytes());
    row.put("storedBytes", tensor.size().storedBytes());
    row.put("bitsPerWeight", tensor.size().bitsPerWeight());
    row.put("zeroShare", tensor.trits() == null ? null : tensor.trits().zeroShare());
    row.put("sqnrDb", tensor.error() == null ? null : finite(tensor.error().sqnrDb()));
    row.put("cosine", tensor.error() == null ? null : finite(tensor.error().cosine()));
    row.put("clipped", tensor.clipped());
    row.put("outliers", tensor.outliers());
    row.put("seconds", tensor.seconds());
    row.put("tritHash", tensor.hash() == null ? null : tensor.hash().tritHash());
    return row;
  }

  /// JSON has no infinity: an exact tensor's SQNR is null.
  static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
