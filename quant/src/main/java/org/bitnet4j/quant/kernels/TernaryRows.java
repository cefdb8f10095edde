package org.bitnet4j.quant.kernels;

import org.bitnet4j.quant.TernaryTensor;

/// Writes whole rows of a [TernaryTensor] with the kernels.
public final class TernaryRows {
  private TernaryRows() {}

  /// Stores a row of trits.
  ///
  /// @param kernels which kernels to use
  /// @param tensor receives the row
  /// @param row the row
  /// @param trits holds `columns` trits from `offset` on
  /// @param offset index of the first trit
  public static void write(
      TernaryKernels kernels, TernaryTensor tensor, long row, byte[] trits, int offset) {
    kernels.packTwoBit(
        trits, offset, tensor.shape().columns(), tensor.codes(), row * tensor.rowBytes());
  }

  /// Stores clip(rint(w·inverseScale), −1, 1) of a row of weights.
  ///
  /// @param kernels which kernels to use
  /// @param tensor receives the row
  /// @param row the row
  /// @param weights holds `columns` weights from `offset` on
  /// @param offset index of the first weight
  /// @param inverseScale 1/γ
  public static void writeRounded(
      TernaryKernels kernels,
      TernaryTensor tensor,
      long row,
      float[] weights,
      int offset,
      float inverseScale) {
    kernels.packRounding(
        weights,
        offset,
        tensor.shape().columns(),
        inverseScale,
        tensor.codes(),
        row * tensor.rowBytes());
  }
}
