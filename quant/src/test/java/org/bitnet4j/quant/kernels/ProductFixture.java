package org.bitnet4j.quant.kernels;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;

/// Weights and activations with the sums that they must give, by a loop over trits.
final class ProductFixture {
  private ProductFixture() {}

  static TernaryTensor tensor(int rows, int columns, byte[] trits) {
    return tensor(rows, columns, trits, new Granularity.PerTensor(), false);
  }

  /// A tensor with multipliers, and offsets, that differ from group to group.
  static TernaryTensor tensor(
      int rows, int columns, byte[] trits, Granularity granularity, boolean withOffsets) {
    TernaryTensor tensor =
        TernaryTensor.allocate("w", TensorShape.of(rows, columns), granularity, withOffsets);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    SplittableRandom random = new SplittableRandom(rows * 31L + columns);
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, (float) (0.01 + random.nextDouble()));
      if (withOffsets) {
        tensor.scales().setOffset(group, (float) (random.nextDouble() - 0.5));
      }
    }
    return tensor;
  }

  static byte[] activations(long seed, int count) {
    byte[] activations = new byte[count];
    new SplittableRandom(seed).nextBytes(activations);
    return activations;
  }

  /// Σ T\[r, c\] · x\[t, c\], token by token.
  static int[] naive(int rows, int columns, byte[] trits, byte[] activations) {
    int tokens = activations.length / columns;
    int[] out = new int[tokens * rows];
    for (int token = 0; token < tokens; token++) {
      for (int row = 0; row < rows; row++) {
        int sum = 0;
        for (int c = 0; c < columns; c++) {
          sum += trits[row * columns + c] * activations[token * columns + c];
        }
        out[token * rows + row] = sum;
      }
    }
    return out;
  }

  static TernaryMatrix pack(TernaryKernels kernels, int rows, int columns, byte[] trits) {
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor = tensor(rows, columns, trits)) {
      return kernels.pack(List.of(tensor), workers);
    }
  }

  /// The sums as kernels compute them.
  static int[] sums(
      TernaryKernels kernels,
      KernelTeam team,
      int rows,
      int columns,
      byte[] trits,
      byte[] activations) {
    int tokens = activations.length / columns;
    try (TernaryMatrix matrix = pack(kernels, rows, columns, trits);
        ProductInput input = kernels.input(columns, tokens)) {
      float[] multipliers = new float[tokens];
      input.load(activations, 0, tokens, multipliers, 0);
      int[] out = new int[tokens * rows];
      Arrays.fill(out, 0x5555_5555);
      kernels.multiply(matrix, input, out, 0, rows, team);
      return out;
    }
  }
}
