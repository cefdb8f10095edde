package org.bitnet4j.formats.output;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bitnet4j.formats.architecture.RowOrder;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.RowPermutation;
import org.bitnet4j.formats.gguf.GgufEntry;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.GgufValueType;
import org.bitnet4j.formats.io.DequantizedTrits;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.jspecify.annotations.Nullable;

/// A GGUF file or its shards: names, row order and metadata as the engines of the model's
/// architecture want them.
final class GgufOutput implements ModelOutput {
  private final ModelFormat format;
  private final GgufNaming naming;
  private final Checkpoint checkpoint;
  private final Provenance provenance;
  private final GgufTarget writer;
  private final Map<String, GgufEntry> entries;

  private GgufOutput(
      ModelFormat format,
      GgufNaming naming,
      Checkpoint checkpoint,
      Provenance provenance,
      GgufTarget writer,
      Map<String, GgufEntry> entries) {
    this.format = format;
    this.naming = naming;
    this.checkpoint = checkpoint;
    this.provenance = provenance;
    this.writer = writer;
    this.entries = entries;
  }

  static GgufOutput begin(
      ModelFormat format,
      Path target,
      Checkpoint checkpoint,
      List<OutputTensor> tensors,
      Provenance provenance,
      OptionalLong maxShardBytes) {
    GgufNaming naming = GgufNaming.of(checkpoint, tensors);
    Map<String, GgufEntry> entries = new HashMap<>();
    List<GgufEntry> inOrder = new ArrayList<>();
    for (OutputTensor output : tensors) {
      CheckpointTensor tensor = output.tensor();
      GgufType type =
          output.form() instanceof TensorForm.Kept
              ? KeptType.of(checkpoint, tensor)
              : ternaryType(format);
      GgufEntry entry = new GgufEntry(naming.ggufName(tensor), type, tensor.shape());
      entries.put(tensor.name(), entry);
      inOrder.add(entry);
    }
    GgufTarget written =
        GgufTarget.begin(
            target,
            provenance.fingerprint(),
            maxShardBytes,
            metadata(format, naming.metadata(), provenance),
            inOrder);
    return new GgufOutput(format, naming, checkpoint, provenance, written, entries);
  }

  private static GgufMetadata metadata(
      ModelFormat format, GgufMetadata model, Provenance provenance) {
    GgufMetadata.Builder all = model.toBuilder();
    if (!model.has("general.name")) {
      all.put("general.name", new GgufValue.Text(provenance.source()));
    }
    all.put("general.file_type", uint32(format.fileType()));
    all.put("general.quantization_version", uint32(2));
    ProvenanceKeys.placeholders(provenance)
        .forEach((key, value) -> all.put(key, new GgufValue.Text(value)));
    all.remove(ProvenanceKeys.RECIPE);
    if (provenance.recipe() != null) {
      all.put(ProvenanceKeys.RECIPE, new GgufValue.Text(provenance.recipe()));
    }
    return all.build();
  }

  private static GgufValue uint32(int value) {
    return new GgufValue.Int(GgufValueType.UINT32, value);
  }

  private static GgufType ternaryType(ModelFormat format) {
    return format.layout().map(TernaryLayout::name).map(GgufType::valueOf).orElse(GgufType.F16);
  }

  private GgufEntry entry(String name) {
    GgufEntry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("tensor must be announced, got [" + name + "]");
    }
    return entry;
  }

  @Override
  public Optional<Finished> finished(String name) {
    return writer.finished(entry(name).name()).flatMap(FinishedNote::decode);
  }

  @Override
  public StoredTensor quantized(
      QuantizedTensor tensor, @Nullable TensorHash hash, PackingConfig packing, Workers workers) {
    return switch (tensor) {
      case IntegerTensor integers ->
          throw new IllegalArgumentException("GGUF holds trits, got [" + integers + "]");
      case TernaryTensor ternary -> {
        RowOrder order = naming.rowOrder(tensor.name());
        if (order.isIdentity()) {
          yield ternary(ternary, hash, workers);
        }
        try (TernaryTensor moved = RowPermutation.copy(ternary, order::huggingFaceRow)) {
          yield ternary(moved, hash, workers);
        }
      }
    };
  }

  private StoredTensor ternary(TernaryTensor tensor, @Nullable TensorHash hash, Workers workers) {
    GgufEntry entry = entry(tensor.name());
    Optional<TernaryLayout> layout = format.layout();
    if (layout.isPresent()) {
      try (Arena arena = Arena.ofShared()) {
        MemorySegment stored = arena.allocate(entry.bytes(), 64);
        StoredTensor result = noted(entry, hash, layout.get().encode(tensor, stored, workers));
        writer.write(entry.name(), stored);
        return result;
      }
    }
    DequantizedTrits values = new DequantizedTrits(tensor, ElementType.F16);
    StoredTensor result = noted(entry, hash, values.rounding());
    values.write(bytes -> writer.write(entry.name(), bytes));
    return result;
  }

  /// What a tensor becomes, noted for a run that takes it up.
  private StoredTensor noted(GgufEntry entry, @Nullable TensorHash hash, ScaleRounding rounding) {
    StoredTensor stored = new StoredTensor(entry.type().name(), entry.bytes(), rounding);
    writer.note(entry.name(), FinishedNote.encode(hash, stored));
    return stored;
  }

  @Override
  public StoredTensor keep(CheckpointTensor tensor) {
    GgufEntry entry = entry(tensor.name());
    StoredTensor stored = noted(entry, null, ScaleRounding.EXACT);
    KeptType.copy(checkpoint, tensor, entry, naming, bytes -> writer.write(entry.name(), bytes));
    return stored;
  }

  @Override
  public void finish(ModelHashes hashes) {
    ProvenanceKeys.hashes(provenance, hashes).forEach(writer::replaceText);
    writer.commit();
  }

  @Override
  public void close() {
    writer.close();
  }
}
