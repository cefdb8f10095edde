package org.bitnet4j.formats.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitnet4j.formats.checkpoint.I2sFlavour;
import org.bitnet4j.formats.gguf.GgufEntry;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.GgufWriter;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.TernaryLayout;

/// Copies a GGUF file, or all its shards into one, with keys set and tensors left out, given
/// another type, or laid out anew. All other bytes of tensors stay.
final class GgufMender {
  private static final int PIECE = 1 << 20;

  private final GgufFile file;
  private final List<Fix> fixes;
  private final Set<String> dropped = new HashSet<>();
  private final Map<String, GgufType> types = new HashMap<>();
  private final Map<String, I2sFlavour> flavours = new HashMap<>();
  private final Set<String> inverted = new HashSet<>();

  GgufMender(GgufFile file, List<Fix> fixes) {
    this.file = file;
    this.fixes = fixes;
  }

  Mender.Result write(Path output) {
    for (Path source : file.files()) {
      if (source.toAbsolutePath().normalize().equals(output.toAbsolutePath().normalize())) {
        throw new StorageException(
            output.toString(), "replace", "a file that is read", "Choose another output path.");
      }
    }
    GgufMetadata metadata = mended();
    List<GgufTensor> kept =
        file.tensors().stream().filter(tensor -> !dropped.contains(tensor.name())).toList();
    List<GgufEntry> entries =
        kept.stream()
            .map(tensor -> new GgufEntry(tensor.name(), type(tensor), tensor.shape()))
            .toList();
    try (AtomicOutput out = AtomicOutput.create(output);
        Workers one = Workers.of(1)) {
      GgufWriter writer = GgufWriter.begin(out, metadata, entries);
      for (GgufTensor tensor : kept) {
        if (flavours.containsKey(tensor.name()) || inverted.contains(tensor.name())) {
          anew(tensor, writer, one);
        } else {
          copy(tensor, writer);
        }
      }
      writer.finish();
      file.requireUnchanged();
      out.commit();
    }
    List<String> changes = new ArrayList<>();
    fixes.forEach(fix -> changes.add(fix.description()));
    if (file.files().size() > 1) {
      changes.add("joined " + file.files().size() + " shards into one file");
    }
    return new Mender.Result(changes, List.of());
  }

  private GgufType type(GgufTensor tensor) {
    return types.getOrDefault(tensor.name(), tensor.type());
  }

  /// The new metadata; also collects what happens to tensors.
  private GgufMetadata mended() {
    GgufMetadata.Builder metadata = file.metadata().toBuilder();
    for (Fix fix : fixes) {
      switch (fix) {
        case Fix.SetMetadata(String key, GgufValue value) -> metadata.put(key, value);
        case Fix.RenameArchitecture rename -> metadata = renamed(metadata.build(), rename);
        case Fix.DropTensor(String name) -> dropped.add(name);
        case Fix.Retype(String name, GgufType type) -> types.put(name, type);
        case Fix.Repack(String name, I2sFlavour from) -> flavours.put(name, from);
        case Fix.InvertScale(String name) -> inverted.add(name);
        case Fix.EditJson edit ->
            throw new IllegalArgumentException("fix must be one of GGUF, got [" + edit + "]");
      }
    }
    return metadata.build();
  }

  private static GgufMetadata.Builder renamed(GgufMetadata old, Fix.RenameArchitecture rename) {
    GgufMetadata.Builder metadata = GgufMetadata.builder();
    for (String key : old.keys()) {
      GgufValue value = old.find(key);
      String prefix = rename.from() + ".";
      if (value != null) {
        metadata.put(
            key.startsWith(prefix) ? rename.to() + "." + key.substring(prefix.length()) : key,
            value);
      }
    }
    return metadata.put(GgufFacts.ARCHITECTURE, GgufValue.text(rename.to()));
  }

  private void copy(GgufTensor tensor, GgufWriter writer) {
    ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, tensor.bytes()));
    for (long done = 0; done < tensor.bytes(); done += piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE, tensor.bytes() - done));
      file.read(tensor, done, piece);
      writer.write(tensor.name(), piece.flip());
    }
  }

  /// Decodes a tensor as it lies and encodes it as it ought to.
  private void anew(GgufTensor tensor, GgufWriter writer, Workers one) {
    TernaryLayout to = TernaryLayout.find(type(tensor).name()).orElseThrow();
    TernaryLayout from =
        flavours.containsKey(tensor.name())
            ? TernaryLayout.find(flavours.get(tensor.name()).layout()).orElseThrow()
            : to;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stored = arena.allocate(tensor.bytes(), 64);
      file.read(tensor, 0, stored);
      try (TernaryTensor decoded = from.decode(tensor.name(), tensor.shape(), stored, one)) {
        if (inverted.contains(tensor.name())) {
          for (long group = 0; group < decoded.scales().count(); group++) {
            decoded.scales().setMultiplier(group, 1f / decoded.scales().multiplier(group));
          }
        }
        MemorySegment written = arena.allocate(to.bytes(tensor.shape()), 64);
        to.encode(decoded, written, one);
        writer.write(tensor.name(), written);
      }
    }
  }
}
