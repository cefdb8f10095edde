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

  /// The four two-bit codes of two indices.
  private static final byte[] CODES = new byte[256];

  /// The same as trits in four shorts.
  private static final long[] WIDE = new long[256];

  static {
    for (int pair = 0; pair < CODES.length; pair++) {
      int low = pair & 15;
      int high = pair >> 4;
      if (low < 9 && high < 9) {
        CODES[pair] = (byte) ((low % 3) | ((low / 3) << 2) | ((high % 3) << 4) | ((high / 3) << 6));
        WIDE[pair] =
            ((low % 3 - 1) & 0xFFFFL)
                | ((low / 3 - 1) & 0xFFFFL) << 16
                | ((high % 3 - 1) & 0xFFFFL) << 32
                | ((high / 3 - 1) & 0xFFFFL) << 48;
      }
    }
  }

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
      int pair = tile.get(ValueLayout.JAVA_BYTE, at + (long) vector * lanes) & 0xFF;
      codes |= (CODES[pair] & 0xFFL) << (8 * vector);
    }
    return codes;
  }

  @Override
  public void widen(MemorySegment tile, long at, int lanes, MemorySegment trits, long to) {
    for (int vector = 0; vector < VECTORS; vector++) {
      int pair = tile.get(ValueLayout.JAVA_BYTE, at + (long) vector * lanes) & 0xFF;
      trits.set(LONG, to + (long) vector * Long.BYTES, WIDE[pair]);
    }
  }
}
