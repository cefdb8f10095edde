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
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.RunDescription;
import org.bitnet4j.formats.report.QuantizationReport;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.layout.ScaleRounding;
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
      description = "The file (trit, gguf) or directory (safetensors) to write.")
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

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Recipe recipe = recipes.recipe(err);
    QuantizationReport result;
    try (Checkpoint checkpoint = Checkpoint.open(input);
        Terminal progress = new Terminal(err, "quantize");
        Workers workers = threads.workers();
        OutputFiles files = OutputFiles.claim(checkpoint, output, report)) {
      String name = String.valueOf(input.toAbsolutePath().normalize().getFileName());
      result =
          CheckpointQuantizer.of(checkpoint, recipe)
              .run(
                  to.target(),
                  output,
                  new RunDescription(name, "bitnet4j " + Version.current(), name),
                  workers,
                  json.enabled() ? Progress.NONE : progress);
      files.writeReport(result);
    }
    boolean rounded = warnOfRounding(result, err);
    Inspection written = readBack();
    print(result, written);
    boolean same =
        rounded
            ? Objects.equals(result.codesHash(), written.codesHash())
            : Objects.equals(result.tritHash(), written.tritHash());
    if (!same) {
      err.println(
          "bitnet: "
              + output
              + ": hash of the trits must be "
              + (rounded ? result.codesHash() : result.tritHash())
              + ", got ["
              + (rounded ? written.codesHash() : written.tritHash())
              + "]. Do not use the file: the storage or the memory is at fault.");
    }
    return same ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  /// Says once what the format could hold only rounded.
  private static boolean warnOfRounding(QuantizationReport result, PrintWriter err) {
    List<TensorReport> rounded =
        result.tensors().stream().filter(tensor -> tensor.rounding().rounded() > 0).toList();
    if (!rounded.isEmpty()) {
      err.println(
          Roundings.warning(
              rounded.getFirst().name(),
              rounded.size(),
              rounded.stream()
                  .map(TensorReport::rounding)
                  .reduce(ScaleRounding.EXACT, ScaleRounding::plus)));
    }
    return !rounded.isEmpty();
  }

  /// Reads what was written, every tensor of it.
  private Inspection readBack() {
    try (Checkpoint written = Checkpoint.open(output);
        Workers workers = threads.workers()) {
      return Inspection.of(written.ternary(workers));
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
