package org.bitnet4j.formats.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.TernaryLayout;

/// Opens a GGUF file with all its shards.
final class GgufAdmission {
  private final GgufFile file;
  private final Workers one = Workers.of(1);

  private GgufAdmission(GgufFile file) {
    this.file = file;
  }

  /// Opens a file.
  ///
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks the format
  static Patient admit(Path path) {
    GgufFile file = GgufFile.open(path);
    GgufAdmission admission = new GgufAdmission(file);
    boolean admitted = false;
    try {
      List<PatientTensor> tensors = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (GgufTensor stored : file.tensors()) {
        String name = GgufNames.toHuggingFace(stored.name());
        // Two names may mean one; the second keeps its own.
        tensors.add(admission.tensor(stored, names.add(name) ? name : stored.name()));
      }
      Patient patient =
          new Patient("gguf", tensors, new GgufFacts(file), true, List.of(file, admission.one));
      admitted = true;
      return patient;
    } finally {
      if (!admitted) {
        admission.one.close();
        file.close();
      }
    }
  }

  private PatientTensor tensor(GgufTensor stored, String name) {
    TensorShape shape;
    PatientTensor.Content content;
    try {
      shape = stored.shape();
      content = content(stored, shape);
    } catch (InvalidTensorException | ArithmeticException e) {
      shape = TensorShape.of(0);
      content = new PatientTensor.Opaque(String.valueOf(e.getMessage()), false);
    }
    return new PatientTensor(
        name,
        stored.name(),
        stored.type().name(),
        shape,
        stored.bytes(),
        stored.file(),
        TensorRole.of(name),
        content);
  }

  private PatientTensor.Content content(GgufTensor stored, TensorShape shape) {
    Optional<TernaryLayout> layout = stored.type().layout();
    if (layout.isPresent()) {
      return layout.get().readable(shape)
          ? new PatientTensor.Quantized(
              () -> decode(stored, shape, layout.get()), () -> count(stored, shape))
          : new PatientTensor.Opaque("rows that no block holds", false);
    }
    return switch (stored.type()) {
      case F32, F16, BF16, Q8_0, Q4_0, Q6_K, F64 -> new PatientTensor.Floats(file.source(stored));
      case I8, I16, I32, I64 -> new PatientTensor.Opaque("integers", true);
      default -> new PatientTensor.Opaque("type " + stored.type(), false);
    };
  }

  /// Decodes a tensor; published files are written on x86, so that is how I2_S is read.
  private QuantizedTensor decode(GgufTensor stored, TensorShape shape, TernaryLayout layout) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(stored.bytes(), 64);
      file.read(stored, 0, bytes);
      return layout.decode(stored.name(), shape, bytes, one);
    }
  }

  private Optional<Measure.Damage> count(GgufTensor stored, TensorShape shape) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(stored.bytes(), 64);
      file.read(stored, 0, bytes);
      return StoredTrits.count(stored.type(), shape, bytes);
    }
  }
}
