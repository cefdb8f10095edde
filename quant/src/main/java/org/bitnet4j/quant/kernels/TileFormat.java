package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// How the trits of one row in one tile are spread over the byte lane of that row in the tile's
/// vectors.
sealed interface TileFormat permits Lut27Tiles, Lut9Tiles {
  /// A short of a table.
  ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Columns that share a table: 2 or 3.
  int groupColumns();

  /// Vectors of a tile.
  int vectors();

  /// Columns of a tile.
  default int tileColumns() {
    return TableLoops.GROUPS * groupColumns();
  }

  /// Stores a row's trits of a tile.
  ///
  /// @param codes the two-bit codes t + 1 of the tile's columns, the first in the lowest bits
  /// @param tile receives them
  /// @param at offset of the row's lane in the tile's first vector
  /// @param lanes bytes from one vector to the next
  void store(long codes, MemorySegment tile, long at, int lanes);

  /// The inverse of [#store].
  ///
  /// @param tile holds the tile
  /// @param at offset of the row's lane in the tile's first vector
  /// @param lanes bytes from one vector to the next
  long load(MemorySegment tile, long at, int lanes);

  /// The trits of each index, which are what the activations of a group are multiplied by: trit i
  /// of index Σ (tᵢ + 1) · 3^i at \[i\]\[index\], for three trits in any case, zero beyond the
  /// group. Repeated, so that bits of an index that belong to a neighbour do not matter.
  ///
  /// @param groupColumns trits of an index
  /// @param period indices after which the table begins again
  /// @param length entries of the table
  static short[][] weights(int groupColumns, int period, int length) {
    short[][] weights = new short[3][length];
    for (int entry = 0; entry < length; entry++) {
      int digits = entry % period;
      for (int i = 0; i < groupColumns; i++, digits /= 3) {
        weights[i][entry] = (short) (digits % 3 - 1);
      }
    }
    return weights;
  }
}
