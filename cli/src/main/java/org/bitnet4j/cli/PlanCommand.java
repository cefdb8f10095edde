package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.QuantizationPlan;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Says what quantize would do, before any work.
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Estimate sizes, time, memory and error of a run from a sample of rows.")
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description = "A Hugging Face directory or a .safetensors file with float weights.")
  private Path input = Path.of("");

  @Mixin private TargetOption to = new TargetOption();
  @Mixin private RecipeOptions recipes = new RecipeOptions();
  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    Recipe recipe = recipes.recipe(spec.commandLine().getErr());
    QuantizationPlan plan;
    try (Checkpoint checkpoint = Checkpoint.open(input);
        Workers workers = threads.workers()) {
      plan = CheckpointQuantizer.of(checkpoint, recipe).plan(to.target(), workers);
    }
    if (json.enabled()) {
      json.print(spec, document(plan));
    } else {
      print(plan);
    }
    return ExitCode.OK;
  }

  private static Map<String, Object> document(QuantizationPlan plan) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("target", plan.target().label());
    document.put("originalBytes", plan.originalBytes());
    document.put("storedBytes", plan.storedBytes());
    document.put("seconds", plan.seconds());
    document.put("peakBytes", plan.peakBytes());
    document.put("threads", plan.threads());
    document.put("tensors", plan.tensors().stream().map(PlanCommand::row).toList());
    return document;
  }

  private static Map<String, Object> row(QuantizationPlan.Tensor tensor) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", tensor.name());
    row.put("type", tensor.type());
    row.put("shape", tensor.shape().dimensions());
    row.put("action", tensor.action());
    row.put("originalBytes", tensor.originalBytes());
    row.put("storedBytes", tensor.storedBytes());
    row.put(
        "sqnrDb", tensor.error() == null ? null : QuantizeCommand.finite(tensor.error().sqnrDb()));
    return row;
  }

  private void print(QuantizationPlan plan) {
    PrintWriter out = spec.commandLine().getOut();
    Tables table =
        new Tables(4, "tensor", "stored as", "shape", "action", "now", "then", "SQNR dB");
    for (QuantizationPlan.Tensor tensor : plan.tensors()) {
      table.row(
          Printable.line(tensor.name()),
          tensor.type(),
          tensor.shape().toString(),
          tensor.action(),
          Tables.bytes(tensor.originalBytes()),
          Tables.bytes(tensor.storedBytes()),
          tensor.error() == null ? "" : Tables.fixed(tensor.error().sqnrDb(), 2));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "to %s: %s -> about %s; about %s s on %d threads; about %s of memory beside the program%n",
        plan.target().label(),
        Tables.bytes(plan.originalBytes()),
        Tables.bytes(plan.storedBytes()),
        Tables.fixed(plan.seconds(), 1),
        plan.threads(),
        Tables.bytes(plan.peakBytes()));
    out.println("Error, size and time are from a sample of up to 64 rows of each tensor.");
    out.println(
        "A model trained without ternary constraints loses much of its quality with one ternary"
            + " plane: SQNR near 6-7 dB is what ternary can reach on normal weights.");
  }
}
