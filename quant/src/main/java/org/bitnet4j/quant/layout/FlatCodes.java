package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;

/// Codes of a flattened tensor, without the padding at the end of rows that a tensor in memory has.
final class FlatCodes {
  /// Code 1 in all lanes.
  private static final byte ZEROS = 0b01_01_01_01;

  private FlatCodes() {}

  /// Whether a tensor's rows end on a byte, so that its codes are flat as they are.
  ///
  /// @param tensor the tensor
  static boolean areCodesOf(TernaryTensor tensor) {
    return tensor.shape().columns() % 4 == 0;
  }

  /// Copies flat codes into a tensor.
  ///
  /// @param flat the codes
  /// @param tensor receives them, its unused lanes holding code 1
  /// @param workers threads to copy on
  static void copyTo(MemorySegment flat, TernaryTensor tensor, Workers workers) {
    int columns = tensor.shape().columns();
    Tasks.run(
        tensor.shape().rows(),
        workers,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            for (int k = 0; k < tensor.rowBytes(); k++) {
              int packed = ZEROS & 0xFF;
              for (int c = 4 * k; c < Math.min(columns, 4 * k + 4); c++) {
                long i = row * columns + c;
                int code = flat.get(ValueLayout.JAVA_BYTE, i / 4) >> (2 * (int) (i % 4)) & 3;
                packed = (packed & ~(3 << (2 * (c % 4)))) | (code << (2 * (c % 4)));
              }
              tensor.codes().set(ValueLayout.JAVA_BYTE, row * tensor.rowBytes() + k, (byte) packed);
            }
          }
        });
  }
}
