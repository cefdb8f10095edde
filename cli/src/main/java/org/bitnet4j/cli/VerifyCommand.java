package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Comparison;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Checks a model file by itself, and against another one.
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Check every checksum, decode every tensor, recompute the trit hash.",
      "With --against, compare tensor by tensor: trits and scales must be equal between quantized"
          + " files; against float weights the error is measured."
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description = "A GGUF file or shard, a .trit or .safetensors file, or a directory.")
  private Path input = Path.of("");

  @Option(names = "--against", paramLabel = "OTHER", description = "A model file to compare with.")
  private @Nullable Path against;

  @Mixin private ReadOption reading = new ReadOption();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    String checked;
    Inspection inspection;
    List<Comparison> comparisons = new ArrayList<>();
    try (Checkpoint checkpoint = Checkpoint.open(input, reading.options())) {
      checked = checkpoint.verify();
      inspection = Inspection.of(checkpoint);
      if (against != null) {
        try (Checkpoint other = Checkpoint.open(against, reading.options())) {
          comparisons.addAll(Comparison.all(checkpoint, other));
        }
      }
    }
    boolean good = comparisons.stream().allMatch(Comparison::agrees);
    if (json.enabled()) {
      json.print(spec, document(inspection, checked, comparisons, good));
    } else {
      print(inspection, checked, comparisons, good);
    }
    return good ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private static Map<String, Object> document(
      Inspection inspection, String checked, List<Comparison> comparisons, boolean good) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("ok", good);
    document.put("format", inspection.format());
    document.put("checked", checked);
    document.put("codesHash", inspection.codesHash());
    document.put("tritHash", inspection.tritHash());
    document.put("comparisons", comparisons.stream().map(VerifyCommand::row).toList());
    return document;
  }

  private static Map<String, Object> row(Comparison comparison) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", comparison.name());
    row.put("agrees", comparison.agrees());
    row.put("finding", comparison.finding());
    row.put(
        "sqnrDb",
        comparison.error() == null ? null : QuantizeCommand.finite(comparison.error().sqnrDb()));
    row.put(
        "cosine",
        comparison.error() == null ? null : QuantizeCommand.finite(comparison.error().cosine()));
    return row;
  }

  private void print(
      Inspection inspection, String checked, List<Comparison> comparisons, boolean good) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Printable.line(input.toString()) + ": " + inspection.format() + ", ok: " + checked);
    if (inspection.tritHash() != null) {
      out.println("trit hash " + inspection.tritHash());
    }
    if (!comparisons.isEmpty()) {
      Tables table =
          new Tables(
              2,
              "tensor",
              "against " + Printable.line(String.valueOf(against)),
              "SQNR dB",
              "cosine");
      for (Comparison comparison : comparisons) {
        table.row(
            Printable.line(comparison.name()),
            (comparison.agrees() ? "ok: " : "DIFFERS: ") + comparison.finding(),
            comparison.error() == null ? "" : Tables.fixed(comparison.error().sqnrDb(), 2),
            comparison.error() == null ? "" : Tables.fixed(comparison.error().cosine(), 4));
      }
      table.print(out);
      out.println(good ? "all tensors agree" : "some tensors differ");
    }
  }
}
