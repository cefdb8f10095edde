package org.bitnet4j.formats.doctor;

import org.bitnet4j.quant.TensorShape;

/// Counts the non-zero trits of an I2_S tensor as if its bytes held four rows of one column, while
/// it is read as rows of blocks of 128.
///
/// Byte b of such a tensor of K columns holds rows 4·(b / K) + lane of column b mod K. A reader of
/// blocks of 128 takes it for byte b mod (K/4) of row b / (K/4): column 128·k + 32·lane + j for the
/// byte 32·k + j of that row.
final class MixedRows {
  private static final int BLOCK = 128;
  private static final int LANES = 4;
  private static final int LANE = BLOCK / LANES;

  private final int width;
  private final int[] rows;
  private final int[] columns;

  MixedRows(int rows, int columns) {
    this.width = columns;
    this.rows = new int[rows];
    this.columns = new int[columns];
  }

  /// Whether both readings of a shape are possible.
  static boolean fits(TensorShape shape) {
    return shape.columns() % BLOCK == 0 && shape.rows() % LANES == 0;
  }

  /// Adds a row of a reader of blocks of 128.
  ///
  /// @param row its number
  /// @param codes its codes
  void row(int row, byte[] codes) {
    int group = row / LANES * LANES;
    int first = row % LANES * (width / LANES);
    for (int block = 0; block < width; block += BLOCK) {
      for (int lane = 0; lane < LANES; lane++) {
        int from = block + LANE * lane;
        int to = first + block / LANES;
        int nonZero = 0;
        for (int j = 0; j < LANE; j++) {
          int set = codes[from + j] == 1 ? 0 : 1;
          columns[to + j] += set;
          nonZero += set;
        }
        rows[group + lane] += nonZero;
      }
    }
  }

  Measure.Mixed result() {
    return new Measure.Mixed(Series.of(rows), Series.of(columns));
  }
}
