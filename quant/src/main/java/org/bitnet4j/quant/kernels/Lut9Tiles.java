package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Eight groups of two trits in four bytes: 2 bits per weight. A group is an index (t₀ + 1) + 3 ·
/// (t₁ + 1) in 0..8; vector v holds group 2v in bits 0..3 and group 2v + 1 in bits 4..7.
final class Lut9Tiles implements TileFormat {
  static final Lut9Tiles INSTANCE = new Lut9Tiles();

  /// Vectors of a tile.
  static final int VECTORS = 4;

  /// Every other code of a tile: bits 0..1 of each four.
  private static final long HALVES = 0x3333_3333L;

  private Lut9Tiles() {}

  @Override
  public int groupColumns() {
    return 2;
  }

  @Override
  public int vectors() {
    return VECTORS;
  }

  @Override
  public void store(long codes, MemorySegment tile, long at, int lanes) {
    long indices = (codes & HALVES) + 3 * ((codes >>> 2) & HALVES);
    for (int vector = 0; vector < VECTORS; vector++) {
      tile.set(
          ValueLayout.JAVA_BYTE, at + (long) vector * lanes, (byte) (indices >>> (8 * vector)));
    }
  }

  @Override
  public long load(MemorySegment tile, long at, int lanes) {
    long codes = 0;
    for (int vector = 0; vector < VECTORS; vector++) {
      int pair = tile.get(ValueLayout.JAVA_BYTE, at + (long) vector * lanes);
      int low = pair & 15;
      int high = (pair >> 4) & 15;
      long four = (low % 3) | ((low / 3) << 2) | ((high % 3) << 4) | ((high / 3) << 6);
      codes |= four << (8 * vector);
    }
    return codes;
  }
}
