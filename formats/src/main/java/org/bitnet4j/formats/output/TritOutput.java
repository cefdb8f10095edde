package org.bitnet4j.formats.output;

import java.nio.file.Path;
import java.util.Optional;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.trit.TritWriter;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.jspecify.annotations.Nullable;

/// A `.trit` container with the quantized tensors, the others as they were, and the small files of
/// the checkpoint.
final class TritOutput implements ModelOutput {
  /// Tensors that are kept start at cache lines.
  private static final int RAW_ALIGNMENT = 64;

  private final TritWriter writer;
  private final Checkpoint checkpoint;
  private final Provenance provenance;

  private TritOutput(TritWriter writer, Checkpoint checkpoint, Provenance provenance) {
    this.writer = writer;
    this.checkpoint = checkpoint;
    this.provenance = provenance;
  }

  static TritOutput begin(Path target, Checkpoint checkpoint, Provenance provenance) {
    String fingerprint = provenance.fingerprint();
    TritWriter writer =
        fingerprint == null ? TritWriter.create(target) : TritWriter.resume(target, fingerprint);
    return new TritOutput(writer, checkpoint, provenance);
  }

  @Override
  public Optional<Finished> finished(String name) {
    return writer.finished(name).flatMap(FinishedNote::decode);
  }

  @Override
  public StoredTensor quantized(
      QuantizedTensor tensor, @Nullable TensorHash hash, PackingConfig packing, Workers workers) {
    TernaryPacker packer =
        TernaryPacker.of(
            packing.parallelPacking() && packing.numThreads() == null
                ? packing.withParallelPacking(workers.threads())
                : packing);
    try (PackedTensor packed =
        switch (tensor) {
          case TernaryTensor ternary -> packer.pack(ternary);
          case IntegerTensor integers -> packer.pack(integers);
        }) {
      StoredTensor stored =
          new StoredTensor(
              tensor instanceof TernaryTensor ? packing.strategy().name() : "integers",
              packed.totalBytes(),
              ScaleRounding.EXACT);
      writer.note(tensor.name(), FinishedNote.encode(hash, stored)).add(packed, hash);
      return stored;
    }
  }

  @Override
  public StoredTensor keep(CheckpointTensor tensor) {
    DType type = tensor.rawType();
    if (type == null) {
      throw new IllegalArgumentException("tensor must have bytes to keep, got [" + tensor + "]");
    }
    StoredTensor stored =
        new StoredTensor(
            type.name(), tensor.shape().elements() * type.bits() / 8, ScaleRounding.EXACT);
    writer
        .note(tensor.name(), FinishedNote.encode(null, stored))
        .addRaw(
            tensor.name(),
            type,
            tensor.shape(),
            RAW_ALIGNMENT,
            sink -> checkpoint.readRaw(tensor, sink));
    return stored;
  }

  @Override
  public void finish(ModelHashes hashes) {
    checkpoint.sideFiles().forEach(writer::attach);
    if (provenance.recipe() != null) {
      writer.recipe(provenance.recipe());
    }
    writer.metadata("program", provenance.program());
    writer.metadata("source", provenance.source());
    hashes.sources().forEach((name, sha) -> writer.metadata("sha256 " + name, sha));
    if (!hashes.tensors().isEmpty()) {
      writer.metadata("codesHash", hashes.codesHash());
      writer.metadata("tritHash", hashes.tritHash());
    }
    writer.finish();
  }

  @Override
  public void close() {
    writer.close();
  }
}
