package org.bitnet4j.formats.output;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.huggingface.CheckpointContent;
import org.bitnet4j.formats.huggingface.HuggingFaceWriter;
import org.bitnet4j.formats.huggingface.PackedCheckpointWriter;
import org.bitnet4j.formats.huggingface.PackedEntry;
import org.bitnet4j.formats.huggingface.TernaryStorage;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.jspecify.annotations.Nullable;

/// A Hugging Face directory, its ternary weights packed or as bfloat16 values.
final class SafetensorsOutput implements ModelOutput {
  private final ModelFormat format;
  private final Checkpoint checkpoint;
  private final Provenance provenance;
  private final HuggingFaceWriter writer;

  private SafetensorsOutput(
      ModelFormat format, Checkpoint checkpoint, Provenance provenance, HuggingFaceWriter writer) {
    this.format = format;
    this.checkpoint = checkpoint;
    this.provenance = provenance;
    this.writer = writer;
  }

  static SafetensorsOutput begin(
      ModelFormat format,
      Path target,
      Checkpoint checkpoint,
      List<OutputTensor> tensors,
      Provenance provenance,
      OptionalLong maxShardBytes) {
    Map<String, String> metadata = new TreeMap<>(ProvenanceKeys.placeholders(provenance));
    if (provenance.recipe() != null) {
      metadata.put(ProvenanceKeys.RECIPE, provenance.recipe());
    }
    CheckpointContent content =
        new CheckpointContent(
            tensors.stream().map(SafetensorsOutput::entry).toList(),
            checkpoint.sideFiles(),
            metadata);
    String fingerprint = provenance.fingerprint();
    AtomicDirectory directory =
        fingerprint == null
            ? AtomicDirectory.create(target)
            : AtomicDirectory.resume(target, fingerprint);
    TernaryStorage storage =
        format == ModelFormat.SAFETENSORS_PACKED ? TernaryStorage.PACKED : TernaryStorage.BF16;
    return new SafetensorsOutput(
        format,
        checkpoint,
        provenance,
        HuggingFaceWriter.begin(
            directory,
            storage,
            content,
            maxShardBytes.orElse(PackedCheckpointWriter.DEFAULT_SHARD_BYTES)));
  }

  private static PackedEntry entry(OutputTensor output) {
    CheckpointTensor tensor = output.tensor();
    return output.form() instanceof TensorForm.Kept
        ? new PackedEntry.AsIs(new SafetensorsEntry(tensor.name(), rawType(tensor), tensor.shape()))
        : new PackedEntry.Ternary(tensor.name(), tensor.shape());
  }

  private static DType rawType(CheckpointTensor tensor) {
    DType type = tensor.rawType();
    if (type == null) {
      throw new IllegalArgumentException("tensor must have bytes to keep, got [" + tensor + "]");
    }
    return type;
  }

  @Override
  public Optional<Finished> finished(String name) {
    return writer
        .finished(name)
        .flatMap(FinishedNote::decode)
        .map(noted ->
            new Finished(
                noted.hash(),
                new StoredTensor(
                    noted.stored().type(), noted.stored().bytes(), writer.rounding(name))));
  }

  @Override
  public StoredTensor quantized(
      QuantizedTensor tensor, @Nullable TensorHash hash, PackingConfig packing, Workers workers) {
    return switch (tensor) {
      case IntegerTensor integers ->
          throw new IllegalArgumentException("safetensors hold trits, got [" + integers + "]");
      case TernaryTensor ternary -> {
        String type = format == ModelFormat.SAFETENSORS_PACKED ? "packed ternary" : "BF16 of trits";
        long bytes = Outputs.ternaryBytes(format, ternary.shape()).orElseThrow();
        // The writer keeps the rounding of what it wrote itself.
        StoredTensor noted = new StoredTensor(type, bytes, ScaleRounding.EXACT);
        writer.note(tensor.name(), FinishedNote.encode(hash, noted));
        yield new StoredTensor(type, bytes, writer.write(ternary));
      }
    };
  }

  @Override
  public StoredTensor keep(CheckpointTensor tensor) {
    DType type = rawType(tensor);
    StoredTensor stored =
        new StoredTensor(
            type.name(), tensor.shape().elements() * type.bits() / 8, ScaleRounding.EXACT);
    writer.note(tensor.name(), FinishedNote.encode(null, stored));
    checkpoint.readRaw(tensor, bytes -> writer.write(tensor.name(), bytes));
    return stored;
  }

  @Override
  public void finish(ModelHashes hashes) {
    writer.commit(ProvenanceKeys.hashes(provenance, hashes));
  }

  @Override
  public void close() {
    writer.close();
  }
}
