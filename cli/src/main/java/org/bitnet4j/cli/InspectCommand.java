package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.metrics.TritStatistics;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows what a model file holds.
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Show metadata, tensors, types, bits per weight, trits and hashes of a model file.",
      "Float weights that stand for trits (latent b1.58, TriLM) are shown as ternary."
    })
final class InspectCommand implements Callable<Integer> {
  private static final int LONGEST_VALUE = 80;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description = "A GGUF file or shard, a .trit or .safetensors file, or a directory.")
  private Path input = Path.of("");

  @Option(names = "--recipe", description = "Print only the recipe stored in the file (JSON).")
  private boolean recipeOnly;

  @Mixin private ReadOption reading = new ReadOption();
  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    return recipeOnly ? printRecipe() : inspect();
  }

  /// The recipe as `quantize --recipe` reads it; characters that could fool a terminal are escaped
  /// as JSON escapes them.
  private int printRecipe() {
    Optional<String> recipe;
    try (Checkpoint checkpoint = Checkpoint.open(input)) {
      recipe = checkpoint.recipe();
    }
    if (recipe.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("bitnet: " + Printable.line(input + ": holds no recipe."));
      return ExitCode.CHECK_FAILED;
    }
    recipe.get().lines().map(Printable::line).forEach(spec.commandLine().getOut()::println);
    return ExitCode.OK;
  }

  private int inspect() {
    Inspection inspection;
    String recipe;
    Map<String, String> metadata;
    List<String> notes;
    try (Checkpoint checkpoint = Checkpoint.open(input, reading.options());
        Workers workers = threads.workers()) {
      Checkpoint model = checkpoint.ternary(workers);
      inspection = Inspection.of(model);
      metadata = model.metadata();
      notes = model.notes();
      recipe = model.recipe().orElse(null);
    }
    if (json.enabled()) {
      json.print(spec, document(inspection, metadata, notes));
    } else {
      print(metadata);
      print(inspection, recipe);
      notes.forEach(note -> spec.commandLine().getOut().println("note: " + Printable.line(note)));
    }
    return ExitCode.OK;
  }

  private static Map<String, Object> document(
      Inspection inspection, Map<String, String> metadata, List<String> notes) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("format", inspection.format());
    document.put("bitsPerWeight", inspection.bitsPerWeight());
    document.put("codesHash", inspection.codesHash());
    document.put("tritHash", inspection.tritHash());
    document.put("metadata", metadata);
    document.put("notes", notes);
    document.put("tensors", inspection.tensors().stream().map(InspectCommand::row).toList());
    return document;
  }

  private static Map<String, Object> row(Inspection.Tensor tensor) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", tensor.entry().name());
    row.put("storedName", tensor.entry().storedName());
    row.put("type", tensor.entry().type());
    row.put("shape", tensor.entry().shape().dimensions());
    row.put("bytes", tensor.entry().bytes());
    row.put("codesHash", tensor.hash() == null ? null : tensor.hash().codesHash());
    row.put("tritHash", tensor.hash() == null ? null : tensor.hash().tritHash());
    row.put("trits", trits(tensor.trits()));
    row.put("scales", scales(tensor.scales()));
    return row;
  }

  private static @Nullable Map<String, Object> scales(Inspection.@Nullable ScaleSummary scales) {
    if (scales == null) {
      return null;
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("granularity", scales.granularity());
    row.put("count", scales.count());
    row.put("minimum", scales.minimum());
    row.put("maximum", scales.maximum());
    row.put("offsets", scales.offsets());
    return row;
  }

  private static @Nullable Map<String, Object> trits(@Nullable TritStatistics trits) {
    if (trits == null) {
      return null;
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("negative", trits.negative());
    row.put("zero", trits.zero());
    row.put("positive", trits.positive());
    row.put("zeroShare", trits.zeroShare());
    row.put("entropyBits", trits.entropyBits());
    return row;
  }

  private void print(Map<String, String> metadata) {
    PrintWriter out = spec.commandLine().getOut();
    Tables table = new Tables(2, "key", "value");
    metadata.forEach((key, value) -> table.row(Printable.line(key), cut(Printable.line(value))));
    if (!metadata.isEmpty()) {
      table.print(out);
      out.println();
    }
  }

  private static String cut(String value) {
    return value.length() <= LONGEST_VALUE
        ? value
        : value.substring(0, LONGEST_VALUE) + "… (" + value.length() + " characters)";
  }

  private void print(Inspection inspection, @Nullable String recipe) {
    PrintWriter out = spec.commandLine().getOut();
    Tables table =
        new Tables(3, "tensor", "type", "shape", "size", "zeros %", "scale", "trit hash");
    for (Inspection.Tensor tensor : inspection.tensors()) {
      Inspection.ScaleSummary scales = tensor.scales();
      table.row(
          Printable.line(tensor.entry().name()),
          tensor.entry().type(),
          tensor.entry().shape().toString(),
          Tables.bytes(tensor.entry().bytes()),
          tensor.trits() == null ? "" : Tables.fixed(100 * tensor.trits().zeroShare(), 1),
          scales == null
              ? ""
              : scales.count() == 1
                  ? Float.toString(scales.maximum())
                  : scales.count() + " per " + scales.granularity(),
          tensor.hash() == null ? "" : tensor.hash().tritHash().substring(0, 16));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%s, %d tensors, %s bits per weight over all%n",
        inspection.format(),
        inspection.tensors().size(),
        Tables.fixed(inspection.bitsPerWeight(), 3));
    if (inspection.tritHash() == null) {
      out.println("nothing in it is ternary");
    } else {
      out.println("codes hash " + inspection.codesHash());
      out.println("trit hash  " + inspection.tritHash());
    }
    if (recipe != null) {
      out.println("the recipe that made it is stored in it: inspect --recipe prints it");
    }
  }
}
