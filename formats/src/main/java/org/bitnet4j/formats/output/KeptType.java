package org.bitnet4j.formats.output;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.FloatBytes;
import org.bitnet4j.formats.checkpoint.MappedFloats;
import org.bitnet4j.formats.checkpoint.RawPieces;
import org.bitnet4j.formats.gguf.GgufEntry;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorSource;

/// What a tensor that is not ternary becomes in a GGUF file. Values never change, but for the norms
/// that the formats define differently.
///
/// - From another GGUF file: the same type, byte for byte.
/// - Vectors: F32, which engines demand of norms.
/// - Matrices: their own type; bfloat16 becomes F16, which every engine reads fast, if all values
///   survive that.
final class KeptType {
  private static final int CHUNK = 1 << 16;

  private KeptType() {}

  static GgufType of(Checkpoint checkpoint, CheckpointTensor tensor) {
    Optional<GgufTensor> stored = stored(checkpoint, tensor);
    if (stored.isPresent()) {
      return stored.get().type();
    }
    return switch (tensor.rawType()) {
      case F32 -> GgufType.F32;
      case F16 -> tensor.shape().rank() < 2 ? GgufType.F32 : GgufType.F16;
      case BF16 ->
          tensor.shape().rank() < 2
              ? GgufType.F32
              : fitsF16(checkpoint.floats(tensor)) ? GgufType.F16 : GgufType.BF16;
      case I8 -> GgufType.I8;
      case I16 -> GgufType.I16;
      case I32 -> GgufType.I32;
      case I64 -> GgufType.I64;
      case F64 -> GgufType.F64;
      case null, default ->
          throw new InvalidTensorException(
              tensor.name(),
              -1,
              "a tensor must have a type that GGUF knows",
              tensor.type(),
              "Write a .trit container, which holds it as it is.");
    };
  }

  private static Optional<GgufTensor> stored(Checkpoint checkpoint, CheckpointTensor tensor) {
    return checkpoint.gguf().map(file -> file.tensor(tensor.storedName()));
  }

  private static boolean fitsF16(TensorSource source) {
    long rows = source.shape().elements() == 0 ? 0 : source.shape().rows();
    int columns = source.shape().columns();
    int perChunk = (int) Math.max(1, Math.min(rows, CHUNK / Math.max(1, columns)));
    float[] values = new float[Math.multiplyExact(perChunk, columns)];
    for (long row = 0; row < rows; row += perChunk) {
      int count = (int) Math.min(perChunk, rows - row);
      source.readRows(row, count, values, 0);
      for (int i = 0; i < count * columns; i++) {
        if (Float.float16ToFloat(Float.floatToFloat16(values[i])) != values[i]) {
          return false;
        }
      }
    }
    return true;
  }

  /// Hands over a tensor's bytes as the entry has them.
  static void copy(
      Checkpoint checkpoint,
      CheckpointTensor tensor,
      GgufEntry entry,
      GgufNaming naming,
      Consumer<ByteBuffer> sink) {
    Optional<GgufFile> file = checkpoint.gguf();
    if (file.isPresent()) {
      GgufTensor stored = file.get().tensor(tensor.storedName());
      RawPieces.read(
          stored.bytes(), (offset, piece) -> file.get().read(stored, offset, piece), sink);
      return;
    }
    ElementType type = entry.type().elementType();
    DType raw = tensor.rawType();
    if (type == null || raw == null || raw.elementType() == null) {
      checkpoint.readRaw(tensor, sink);
      return;
    }
    TensorSource values =
        MappedFloats.toGguf(
            entry.name(),
            checkpoint.floats(tensor),
            naming.rowOrder(tensor.name()),
            naming.valueChange(tensor.name()));
    FloatBytes.write(values, type, sink);
  }
}
