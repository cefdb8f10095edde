package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.kernels.TernaryKernels;

/// Codes −1, 0, +1.
sealed interface TernaryGrid extends Grid {
  /// The smallest scale of the b1.58 formula.
  float MINIMUM_GAMMA = 1e-5f;

  /// γ = max(mean |w|, 1e-5), in float32.
  static float gamma(double meanMagnitude) {
    return Math.max((float) meanMagnitude, MINIMUM_GAMMA);
  }

  @Override
  default int zeroPoint() {
    return 0;
  }

  @Override
  default boolean unsigned() {
    return false;
  }

  /// clip(rint(w·inverse), −1, 1) in float32, half to even.
  record Rounding(float inverse) implements TernaryGrid {
    @Override
    public void encode(
        TernaryKernels kernels,
        float[] values,
        int offset,
        int count,
        byte[] codes,
        int codeOffset) {
      kernels.ternarizeRounding(values, offset, count, inverse, codes, codeOffset);
    }
  }

  /// sign(w)·[|w| > delta]; a value exactly on delta is 0.
  record Threshold(float delta) implements TernaryGrid {
    @Override
    public void encode(
        TernaryKernels kernels,
        float[] values,
        int offset,
        int count,
        byte[] codes,
        int codeOffset) {
      kernels.ternarizeThreshold(values, offset, count, delta, codes, codeOffset);
    }
  }

  /// The sign, with zero counted as positive: one bit.
  record Sign() implements TernaryGrid {
    @Override
    public void encode(
        TernaryKernels kernels,
        float[] values,
        int offset,
        int count,
        byte[] codes,
        int codeOffset) {
      for (int i = 0; i < count; i++) {
        codes[codeOffset + i] = (byte) (values[offset + i] < 0 ? -1 : 1);
      }
    }
  }

  /// A threshold for each block of consecutive inputs.
  ///
  /// @param size inputs of a block
  /// @param rule chooses the threshold of a block
  /// @param included where values count for it
  record Blocks(int size, ThresholdRule rule, ValueRange included) implements TernaryGrid {
    @Override
    public void encode(
        TernaryKernels kernels,
        float[] values,
        int offset,
        int count,
        byte[] codes,
        int codeOffset) {
      ArrayGroupValues block = new ArrayGroupValues(kernels, Math.min(size, count));
      for (int start = 0; start < count; start += size) {
        int length = Math.min(size, count - start);
        rule.fit(block.load(values, offset + start, length, included))
            .encode(kernels, values, offset + start, length, codes, codeOffset + start);
      }
    }
  }
}
