package org.bitnet4j.quant;

/// A tensor of integer codes with scales: ternary, or of another bit width. Owns off-heap memory.
public sealed interface QuantizedTensor extends AutoCloseable permits TernaryTensor, IntegerTensor {
  /// Name of the tensor.
  String name();

  /// Dimensions, read as [rows, columns].
  TensorShape shape();

  /// Multipliers and offsets.
  Scales scales();

  /// Writes the values that the codes of one row stand for.
  ///
  /// @param row the row
  /// @param target receives `columns` values from `offset` on
  /// @param offset where to start in `target`
  void dequantizeRow(long row, float[] target, int offset);

  /// Releases the memory.
  @Override
  void close();
}
