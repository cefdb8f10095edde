package org.bitnet4j.formats.quantize;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.huggingface.HuggingFaceCheckpoint;
import org.bitnet4j.formats.report.QuantizationReport;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.ConfigFormat;
import org.bitnet4j.quant.config.Recipe;
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

  /// Estimates sizes, time, memory and error from a sample of rows, writing nothing.
  ///
  /// @param target what would be written
  /// @param workers threads to use
  /// @throws InvalidTensorException for a tensor that the target cannot hold
  public QuantizationPlan plan(QuantizationTarget target, Workers workers) {
    if (target == QuantizationTarget.PACKED_SAFETENSORS) {
      PackedOutput.requireHoldable(decisions);
    }
    return Planner.plan(checkpoint, decisions, target, workers);
  }

  /// Begins the output of this run.
  ///
  /// @param target what to write
  /// @param path where it shall appear
  /// @throws InvalidTensorException where the target needs a safetensors source and there is none,
  ///   or cannot hold a tensor
  public QuantizedOutput begin(QuantizationTarget target, Path path) {
    return switch (target) {
      case TRIT -> TritOutput.create(path);
      case PACKED_SAFETENSORS ->
          PackedOutput.create(path, huggingFace(), decisions, recipe.write(ConfigFormat.JSON));
    };
  }

  private HuggingFaceCheckpoint huggingFace() {
    if (checkpoint.format().equals("trit")) {
      throw new InvalidTensorException(
          "of the checkpoint",
          -1,
          "floats to be written as packed safetensors must come from safetensors",
          "a .trit container",
          "Start from the safetensors checkpoint, or write a .trit container.");
    }
    return checkpoint.huggingFace();
  }

  /// Quantizes everything and writes it. The output appears whole or not at all.
  ///
  /// @param output where the result goes
  /// @param about title, source and program for the report
  /// @param workers threads to use
  /// @param progress is told of every finished tensor
  /// @return what was done to each tensor
  /// @throws InvalidTensorException for NaN or infinite weights, or a tensor that the target cannot
  ///   hold
  public QuantizationReport run(
      QuantizedOutput output,
      RunDescription about,
      Workers workers,
      QuantizationProgress progress) {
    long start = System.nanoTime();
    long total = decisions.stream().mapToLong(decision -> decision.tensor().bytes()).sum();
    long done = 0;
    List<TensorReport> reports = new ArrayList<>();
    for (TensorDecision decision : decisions) {
      reports.add(output.add(checkpoint, decision, workers));
      done += decision.tensor().bytes();
      progress.finished(decision.tensor().name(), done, total);
    }
    String text = recipe.write(ConfigFormat.JSON);
    checkpoint.requireUnchanged();
    output.finish(checkpoint, about, text);
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
}
