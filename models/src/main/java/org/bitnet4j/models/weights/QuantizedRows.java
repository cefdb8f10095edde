package org.bitnet4j.models.weights;

import java.util.Objects;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// The values that the codes of a quantized tensor stand for, row by row.
///
/// @param tensor the tensor, which must stay open
record QuantizedRows(QuantizedTensor tensor) implements TensorSource {
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
    Objects.checkFromIndexSize(firstRow, (long) rowCount, shape().rows());
    for (int row = 0; row < rowCount; row++) {
      tensor.dequantizeRow(firstRow + row, target, offset + row * shape().columns());
    }
  }
}
