package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Eight groups of three trits in five bytes: 5/3 bits per weight.
///
/// A group is an index i = Σ (t + 1) · 3^k in 0..26, five bits. Groups 0 to 4 lie in bits 0..4 of
/// vectors a to e. The fifteen upper bits hold the others: a = i5 bits 0..2, b = i5 bits 3..4 and
/// i7 bit 3, c = i6 bits 0..2, d = i6 bits 3..4 and i7 bit 4, e = i7 bits 0..2.
final class Lut27Tiles implements TileFormat {
  static final Lut27Tiles INSTANCE = new Lut27Tiles();

  /// Vectors of a tile.
  static final int VECTORS = 5;

  /// Every third code of a tile: bits 0..1 of each six.
  private static final long THIRDS = 0x0C30_C30C_30C3L;

  /// Six bits of codes for each index.
  private static final int[] CODES = new int[32];

  static {
    for (int index = 0; index < 27; index++) {
      CODES[index] = (index % 3) | ((index / 3 % 3) << 2) | ((index / 9) << 4);
    }
  }

  private Lut27Tiles() {}

  @Override
  public int groupColumns() {
    return 3;
  }

  @Override
  public int vectors() {
    return VECTORS;
  }

  @Override
  public void store(long codes, MemorySegment tile, long at, int lanes) {
    // Eight indices at once, in fields of six bits.
    long indices = (codes & THIRDS) + 3 * ((codes >>> 2) & THIRDS) + 9 * ((codes >>> 4) & THIRDS);
    int low = (int) indices & 0x3FFF_FFFF; // groups 0 to 4
    int high = (int) (indices >>> 30); // groups 5 to 7
    int a = (low & 31) | ((high << 5) & 0xE0);
    int b = ((low >>> 6) & 31) | ((high << 2) & 0x60) | ((high >>> 8) & 0x80);
    int c = ((low >>> 12) & 31) | ((high >>> 1) & 0xE0);
    int d = ((low >>> 18) & 31) | ((high >>> 4) & 0x60) | ((high >>> 9) & 0x80);
    int e = (low >>> 24) | ((high >>> 7) & 0xE0);
    tile.set(ValueLayout.JAVA_BYTE, at, (byte) a);
    tile.set(ValueLayout.JAVA_BYTE, at + lanes, (byte) b);
    tile.set(ValueLayout.JAVA_BYTE, at + 2L * lanes, (byte) c);
    tile.set(ValueLayout.JAVA_BYTE, at + 3L * lanes, (byte) d);
    tile.set(ValueLayout.JAVA_BYTE, at + 4L * lanes, (byte) e);
  }

  @Override
  public long load(MemorySegment tile, long at, int lanes) {
    int a = tile.get(ValueLayout.JAVA_BYTE, at);
    int b = tile.get(ValueLayout.JAVA_BYTE, at + lanes);
    int c = tile.get(ValueLayout.JAVA_BYTE, at + 2L * lanes);
    int d = tile.get(ValueLayout.JAVA_BYTE, at + 3L * lanes);
    int e = tile.get(ValueLayout.JAVA_BYTE, at + 4L * lanes);
    int i5 = ((a >> 5) & 7) | ((b >> 2) & 0x18);
    int i6 = ((c >> 5) & 7) | ((d >> 2) & 0x18);
    int i7 = ((e >> 5) & 7) | ((b >> 4) & 8) | ((d >> 3) & 16);
    return CODES[a & 31]
        | ((long) CODES[b & 31] << 6)
        | ((long) CODES[c & 31] << 12)
        | ((long) CODES[d & 31] << 18)
        | ((long) CODES[e & 31] << 24)
        | ((long) CODES[i5] << 30)
        | ((long) CODES[i6] << 36)
        | ((long) CODES[i7] << 42);
  }
}
