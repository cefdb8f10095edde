package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryRows;

/// Receives codes, scales and zero points of the tensor being made.
record TensorWriter(QuantizedTensor tensor, ClipRanges clip, TernaryKernels kernels) {
  static TensorWriter allocate(
      TensorSource source,
      GridRule rule,
      Granularity granularity,
      WeightQuantizationConfig config,
      TernaryKernels kernels) {
    boolean withOffsets = config.normalizeWeights();
    QuantizedTensor tensor =
        rule.integerBits() == 0
            ? TernaryTensor.allocate(source.name(), source.shape(), granularity, withOffsets)
            : IntegerTensor.allocate(
                source.name(),
                source.shape(),
                rule.integerBits(),
                granularity,
                withOffsets,
                rule.zeroPoints());
    ClipRanges clip =
        config.base().clipThreshold() == null
            ? ClipRanges.none()
            : ClipRanges.of(tensor.scales().count());
    return new TensorWriter(tensor, clip, kernels);
  }

  void writeRow(long row, byte[] codes, int offset) {
    switch (tensor) {
      case TernaryTensor ternary -> TernaryRows.write(kernels, ternary, row, codes, offset);
      case IntegerTensor integers -> integers.writeRow(row, codes, offset);
    }
  }

  void writeScale(long group, Grid grid, float scale, Preparation preparation) {
    clip.set(group, preparation.clip());
    tensor.scales().setMultiplier(group, scale);
    if (tensor.scales().hasOffsets()) {
      tensor.scales().setOffset(group, preparation.mean());
    }
    if (tensor instanceof IntegerTensor integers && integers.hasZeroPoints()) {
      integers.setZeroPoint(group, grid.zeroPoint());
    }
  }
}
