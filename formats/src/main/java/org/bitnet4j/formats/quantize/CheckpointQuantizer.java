package org.bitnet4j.formats.quantize;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.ModelHashes;
import org.bitnet4j.formats.output.ModelOutput;
import org.bitnet4j.formats.output.OutputTensor;
import org.bitnet4j.formats.output.Outputs;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.output.Provenance;
import org.bitnet4j.formats.output.SourceHashes;
import org.bitnet4j.formats.output.StoredTensor;
import org.bitnet4j.formats.report.QuantizationReport;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.ConfigFormat;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.metrics.SizeStatistics;

/// Quantizes a float checkpoint as a recipe says, one tensor at a time.
public final class CheckpointQuantizer {
  private final Checkpoint checkpoint;
  private final Recipe recipe;
  private final List<TensorDecision> decisions;

  private CheckpointQuantizer(
      Checkpoint checkpoint, Recipe recipe, List<TensorDecision> decisions) {
    this.checkpoint = checkpoint;
    this.recipe = recipe;
    this.decisions = decisions;
  }

  /// A quantizer of a checkpoint, which stays the caller's to close.
  ///
  /// @param checkpoint float weights
  /// @param recipe what to do with which tensor
  /// @throws InvalidTensorException where a tensor is quantized already, or the recipe leaves none
  ///   to quantize
  public static CheckpointQuantizer of(Checkpoint checkpoint, Recipe recipe) {
    for (CheckpointTensor tensor : checkpoint.tensors()) {
      requireNotQuantized(tensor);
    }
    List<TensorDecision> decisions = TensorDecision.of(checkpoint, recipe);
    if (decisions.stream().allMatch(decision -> decision.config() == null)) {
      throw new InvalidTensorException(
          "of the checkpoint",
          -1,
          "at least one float matrix must be chosen by the recipe",
          "none",
          "Check the recipe's targets and ignore lists against `bitnet inspect`.");
    }
    return new CheckpointQuantizer(checkpoint, recipe, decisions);
  }

  private static void requireNotQuantized(CheckpointTensor tensor) {
    switch (tensor.content()) {
      case FLOAT, SCALE, OTHER -> {}
      case TERNARY, INTEGER ->
          throw new InvalidTensorException(
              tensor.name(),
              -1,
              "a checkpoint to quantize must hold no tensor that is quantized already",
              tensor.type(),
              "Start from the float checkpoint; use inspect or verify on this one.");
    }
  }

  /// What happens to each tensor, in the order of their names.
  public List<TensorDecision> decisions() {
    return decisions;
  }

  private List<OutputTensor> outputs() {
    return decisions.stream().map(TensorDecision::output).toList();
  }

  /// Estimates sizes, time, memory and error from a sample of rows, writing nothing.
  ///
  /// @param format what would be written
  /// @param workers threads to use
  /// @throws InvalidTensorException for a tensor that the format cannot hold
  public QuantizationPlan plan(ModelFormat format, Workers workers) {
    Outputs.requireHoldable(format, outputs());
    return Planner.plan(checkpoint, decisions, format, workers);
  }

  /// Quantizes everything and writes it. The output appears whole or not at all.
  ///
  /// @param format what to write
  /// @param target where it shall appear
  /// @param about title, source and program, for the file and the report
  /// @param workers threads to use
  /// @param progress is told of every finished tensor
  /// @return what was done to each tensor
  /// @throws InvalidTensorException for NaN or infinite weights, or a tensor that the format cannot
  ///   hold
  public QuantizationReport run(
      ModelFormat format, Path target, RunDescription about, Workers workers, Progress progress) {
    long start = System.nanoTime();
    long total = decisions.stream().mapToLong(decision -> decision.tensor().bytes()).sum();
    long done = 0;
    String text = recipe.write(ConfigFormat.JSON);
    List<String> files =
        checkpoint.sources().stream().map(path -> String.valueOf(path.getFileName())).toList();
    // The report wants the error of every tensor, so a run never takes up what another has left.
    Provenance provenance =
        new Provenance(about.program(), about.source(), files, text, /* fingerprint= */ null);
    List<TensorReport> reports = new ArrayList<>();
    Map<String, TensorHash> hashes = new HashMap<>();
    try (SourceHashes sources = new SourceHashes(checkpoint.sources());
        ModelOutput output =
            Outputs.begin(
                format, target, checkpoint, outputs(), provenance, OptionalLong.empty())) {
      for (TensorDecision decision : decisions) {
        TensorReport report = add(output, decision, workers);
        reports.add(report);
        if (report.hash() != null) {
          hashes.put(report.name(), report.hash());
        }
        done += decision.tensor().bytes();
        progress.finished(decision.tensor().name(), done, total);
      }
      checkpoint.requireUnchanged();
      output.finish(new ModelHashes(hashes, sources.await()));
    }
    SizeStatistics size = SizeStatistics.NONE;
    for (TensorReport report : reports) {
      size = size.plus(report.size());
    }
    return new QuantizationReport(
        about.title(),
        about.program(),
        about.source(),
        text,
        size,
        (System.nanoTime() - start) / 1e9,
        reports);
  }

  private TensorReport add(ModelOutput output, TensorDecision decision, Workers workers) {
    CheckpointTensor tensor = decision.tensor();
    WeightQuantizationConfig config = decision.config();
    if (config == null) {
      long start = System.nanoTime();
      return TensorQuantization.kept(
          tensor, output.keep(tensor), (System.nanoTime() - start) / 1e9);
    }
    try (TensorQuantization quantization =
        TensorQuantization.of(checkpoint.floats(tensor), config, workers)) {
      StoredTensor stored =
          output.quantized(
              quantization.weights().tensor(), quantization.hash(), config.packing(), workers);
      return quantization.report(stored, tensor.bytes());
    }
  }
}
