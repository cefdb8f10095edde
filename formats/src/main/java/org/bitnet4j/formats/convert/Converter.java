package org.bitnet4j.formats.convert;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.bitnet4j.formats.output.TensorForm;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.jspecify.annotations.Nullable;

/// Writes a model in another format, one tensor at a time. Trits never change; what is not ternary
/// stays what it is.
public final class Converter {
  private final Checkpoint model;
  private final ModelFormat format;
  private final List<OutputTensor> tensors;
  private final OptionalLong maxShardBytes;

  private Converter(
      Checkpoint model,
      ModelFormat format,
      List<OutputTensor> tensors,
      OptionalLong maxShardBytes) {
    this.model = model;
    this.format = format;
    this.tensors = tensors;
    this.maxShardBytes = maxShardBytes;
  }

  /// A conversion of a model, which stays the caller's to close.
  ///
  /// @param checkpoint the model
  /// @param format what to write
  /// @param workers threads to read latent weights with
  /// @throws InvalidTensorException where no tensor is ternary, or the format cannot hold one
  public static Converter of(Checkpoint checkpoint, ModelFormat format, Workers workers) {
    Checkpoint model = checkpoint.ternary(workers);
    List<OutputTensor> tensors = new ArrayList<>();
    for (CheckpointTensor tensor : model.fileOrder()) {
      form(tensor).ifPresent(form -> tensors.add(new OutputTensor(tensor, form)));
    }
    if (model.tensors().stream().noneMatch(CheckpointTensor::isQuantized)) {
      throw new InvalidTensorException(
          "of the checkpoint",
          -1,
          "at least one matrix must be ternary to be converted: its non-zero magnitudes equal, or"
              + " declared as latent b1.58 weights by config.json",
          "none among " + tensors.size(),
          "Quantize it: `bitnet quantize IN -o OUT --to " + format.label() + "`.");
    }
    Outputs.requireHoldable(format, tensors);
    return new Converter(model, format, tensors, OptionalLong.empty());
  }

  /// The same conversion with weight files of limited size; GGUF then goes to a directory.
  ///
  /// @param bytes the most data of one file, but at least one tensor
  /// @throws IllegalArgumentException for less than 1, or where the format is one file always
  public Converter withShards(long bytes) {
    if (bytes < 1 || format == ModelFormat.TRIT) {
      throw new IllegalArgumentException(
          "shards must be of at least one byte, and not of a container, got ["
              + bytes
              + " for "
              + format.label()
              + "]");
    }
    return new Converter(model, format, tensors, OptionalLong.of(bytes));
  }

  private static Optional<TensorForm> form(CheckpointTensor tensor) {
    return switch (tensor.content()) {
      case FLOAT, OTHER -> Optional.of(new TensorForm.Kept());
      case TERNARY -> Optional.of(new TensorForm.Ternary(null, false));
      case INTEGER -> Optional.of(new TensorForm.Integers());
      // Written with its weight.
      case SCALE -> Optional.empty();
    };
  }

  /// What becomes of each tensor, in the order of the source file.
  public List<OutputTensor> tensors() {
    return List.copyOf(tensors);
  }

  /// What a user should know about how the model was read, a sentence each.
  public List<String> notes() {
    return model.notes();
  }

  /// Converts everything. The output appears whole or not at all; what an interrupted run of the
  /// same conversion has finished is checked and kept.
  ///
  /// @param target where it shall appear
  /// @param program program and version, stored in the output
  /// @param workers threads to use
  /// @param progress is told of every finished tensor
  public ConversionReport run(Path target, String program, Workers workers, Progress progress) {
    long start = System.nanoTime();
    Provenance provenance = ConversionIdentity.provenance(model, format, program, maxShardBytes);
    long total = tensors.stream().mapToLong(output -> output.tensor().bytes()).sum();
    long done = 0;
    List<ConversionReport.Tensor> rows = new ArrayList<>();
    Map<String, TensorHash> hashes = new HashMap<>();
    try (SourceHashes sources = new SourceHashes(model.sources());
        ModelOutput output =
            Outputs.begin(format, target, model, tensors, provenance, maxShardBytes)) {
      for (OutputTensor tensor : tensors) {
        ConversionReport.Tensor row = convert(output, tensor.tensor(), workers);
        rows.add(row);
        if (row.hash() != null) {
          hashes.put(row.name(), row.hash());
        }
        done += row.originalBytes();
        progress.finished(row.name(), done, total);
      }
      ModelHashes identities = new ModelHashes(hashes, sources.await());
      model.requireUnchanged();
      output.finish(identities);
      return new ConversionReport(rows, identities, (System.nanoTime() - start) / 1e9);
    }
  }

  private ConversionReport.Tensor convert(
      ModelOutput output, CheckpointTensor tensor, Workers workers) {
    Optional<ModelOutput.Finished> finished = output.finished(tensor.name());
    if (finished.isPresent()) {
      return row(tensor, finished.get().hash(), finished.get().stored(), true);
    }
    if (!tensor.isQuantized()) {
      return row(tensor, null, output.keep(tensor), false);
    }
    try (QuantizedTensor quantized = model.quantized(tensor)) {
      TensorHash hash =
          switch (quantized) {
            case TernaryTensor ternary -> TensorHash.of(ternary);
            case IntegerTensor _ -> null;
          };
      StoredTensor stored = output.quantized(quantized, hash, PackingConfig.maxSpeed(), workers);
      return row(tensor, hash, stored, false);
    }
  }

  private static ConversionReport.Tensor row(
      CheckpointTensor tensor, @Nullable TensorHash hash, StoredTensor stored, boolean resumed) {
    return new ConversionReport.Tensor(
        tensor.name(), tensor.type(), tensor.shape(), tensor.bytes(), hash, stored, resumed);
  }
}
