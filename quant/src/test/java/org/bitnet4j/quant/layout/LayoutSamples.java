package org.bitnet4j.quant.layout;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;

/// Structured, seeded trits and the tensors around them.
final class LayoutSamples {
  private LayoutSamples() {}

  /// The layouts that are written, which are those of blocks.
  static List<TernaryLayout> blockLayouts() {
    return TernaryLayout.all().stream().filter(BlockLayout.class::isInstance).toList();
  }

  /// How trits are spread.
  enum Structure {
    DENSE,
    SPARSE,
    RUNS,
    PERIODIC,
    ALL_MINUS,
    ALL_ZERO,
    ALL_PLUS
  }

  static byte[] trits(Structure structure, int count, long seed) {
    Random random = new Random(seed * 31 + structure.name().hashCode());
    byte[] trits = new byte[count];
    for (int i = 0; i < count; ) {
      int end = structure == Structure.RUNS ? Math.min(count, i + 1 + random.nextInt(150)) : i + 1;
      byte trit =
          switch (structure) {
            case DENSE, RUNS -> (byte) (random.nextInt(3) - 1);
            case SPARSE -> (byte) (random.nextInt(50) == 0 ? 1 - 2 * random.nextInt(2) : 0);
            case PERIODIC -> (byte) (i % 7 % 3 - 1);
            case ALL_MINUS -> -1;
            case ALL_ZERO -> 0;
            case ALL_PLUS -> 1;
          };
      Arrays.fill(trits, i, end, trit);
      i = end;
    }
    return trits;
  }

  static TernaryTensor tensor(byte[] trits, int rows, int columns, float multiplier) {
    TernaryTensor tensor = tensor(trits, rows, columns, new Granularity.PerTensor());
    tensor.scales().setMultiplier(0, multiplier);
    return tensor;
  }

  /// A tensor whose multipliers are all different and exact in float16.
  static TernaryTensor tensor(byte[] trits, int rows, int columns, Granularity granularity) {
    TernaryTensor tensor =
        TernaryTensor.allocate("t", TensorShape.of(rows, columns), granularity, false);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, (1 + group % 1000) / 1024f);
    }
    return tensor;
  }

  static byte[] trits(TernaryTensor tensor) {
    int rows = (int) tensor.shape().rows();
    int columns = tensor.shape().columns();
    byte[] trits = new byte[rows * columns];
    for (int row = 0; row < rows; row++) {
      tensor.readTrits(row, 0, columns, trits, row * columns);
    }
    return trits;
  }

  /// Canonical two-bit codes of a row of trits, unused lanes holding code 1.
  static byte[] canonical(byte[] trits) {
    byte[] codes = new byte[Math.ceilDiv(trits.length, 4)];
    Arrays.fill(codes, (byte) 0b01_01_01_01);
    for (int i = 0; i < trits.length; i++) {
      codes[i / 4] ^= (byte) ((1 ^ (trits[i] + 1)) << (2 * (i % 4)));
    }
    return codes;
  }
}
