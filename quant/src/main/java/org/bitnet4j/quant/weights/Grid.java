package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.kernels.TernaryKernels;

/// The codes of one group: how a prepared weight becomes an integer.
sealed interface Grid permits TernaryGrid, IntegerGrid {
  /// Writes a code for each value.
  void encode(
      TernaryKernels kernels, float[] values, int offset, int count, byte[] codes, int codeOffset);

  /// What a stored code counts from: 0, or the zero point.
  int zeroPoint();

  /// Whether a stored code is an unsigned byte.
  boolean unsigned();
}
