package org.bitnet4j.formats.output;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.bitnet4j.formats.checkpoint.FloatBytes;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;

/// Ternary weights as plain floats: trit times multiplier, in a type that need not hold the
/// multiplier exactly.
final class Dequantized {
  private Dequantized() {}

  /// What the type does to the multipliers.
  ///
  /// @throws InvalidTensorException for a multiplier that would become zero or infinite
  static ScaleRounding rounding(TernaryTensor tensor, ElementType type) {
    Scales scales = tensor.scales();
    long rounded = 0;
    double largest = 0;
    for (long group = 0; group < scales.count(); group++) {
      float multiplier = scales.multiplier(group);
      float stored = stored(multiplier, type);
      if (stored == multiplier) {
        continue;
      }
      if (stored == 0 || !Float.isFinite(stored)) {
        throw new InvalidTensorException(
            tensor.name(),
            -1,
            "a multiplier must be representable as " + type,
            Float.toString(multiplier),
            "Choose a format with float32 multipliers: trit, gguf:i2_s or gguf:iq2_bn.");
      }
      rounded++;
      largest = Math.max(largest, Math.abs((double) stored - multiplier) / Math.abs(multiplier));
    }
    return new ScaleRounding(rounded, largest);
  }

  private static float stored(float value, ElementType type) {
    return switch (type) {
      case F32 -> value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> Float.intBitsToFloat(FloatBytes.bfloat16(value) << 16);
    };
  }

  /// Hands over all values, row by row.
  static void write(TernaryTensor tensor, ElementType type, Consumer<ByteBuffer> sink) {
    FloatBytes.write(new Values(tensor), type, sink);
  }

  private record Values(TernaryTensor tensor) implements TensorSource {
    @Override
    public String name() {
      return tensor.name();
    }

    @Override
    public TensorShape shape() {
      return tensor.shape();
    }

    @Override
    public ElementType elementType() {
      return ElementType.F32;
    }

    @Override
    public void readRows(long firstRow, int rowCount, float[] target, int offset) {
      for (int r = 0; r < rowCount; r++) {
        tensor.dequantizeRow(firstRow + r, target, offset + r * tensor.shape().columns());
      }
    }
  }
}
