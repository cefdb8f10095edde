package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Packs and unpacks a block of a [Tiling] by vectors, some tiles of all rows at a time, so that
/// what lies between the steps stays in the nearest cache. For one thread.
final class TileBlock {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// Code 1, a zero trit, everywhere.
  private static final int ZEROS = 0x5555_5555;

  /// Tiles of a turn, an even number: of 24 columns, two are three words.
  private static final int TILES = 16;

  private final Tiling tiling;
  private final TilePacking packing;
  private final int lanes;
  private final int[] words;
  private final int[] indices;

  TileBlock(Tiling tiling) {
    this.tiling = tiling;
    this.lanes = tiling.loops().lanes();
    this.packing = TilePacking.of(lanes);
    this.words = new int[wordColumns(TILES) * lanes];
    this.indices = new int[TableLoops.GROUPS * TILES * lanes / Integer.BYTES];
  }

  /// Words of a row that hold so many tiles.
  private int wordColumns(int tiles) {
    return Math.ceilDiv(tiles * tiling.format().tileColumns(), TilePacking.WORD_COLUMNS);
  }

  /// A segment that starts on a byte, as [Tiling#packRows].
  void pack(int segment, byte[] rows, int stride, MemorySegment codes, long at) {
    int width = tiling.format().tileColumns();
    int columns = tiling.segmentWidth(segment);
    int start = (int) ((long) segment * tiling.segmentColumns() / 4);
    int tiles = tiling.segmentTiles(segment);
    for (int first = 0; first < tiles; first += TILES) {
      int count = Math.min(TILES, tiles - first);
      int column = first * width;
      int wordColumns = wordColumns(count);
      gather(rows, stride, start + column / 4, wordColumns, columns - column);
      packing.exchange(words, wordColumns);
      long to = at + (tiling.firstTile(segment) + first) * tiling.tileBytes();
      switch (tiling.format()) {
        case Lut27Tiles _ -> {
          packing.index27(words, indices, count);
          packing.store27(indices, codes, to, count);
        }
        case Lut9Tiles _ -> packing.store9(words, codes, to, count);
      }
    }
  }

  /// A segment that starts on a byte, as [Tiling#unpackRows].
  void unpack(int segment, MemorySegment codes, long at, byte[] rows, int stride) {
    int width = tiling.format().tileColumns();
    int columns = tiling.segmentWidth(segment);
    int start = (int) ((long) segment * tiling.segmentColumns() / 4);
    int tiles = tiling.segmentTiles(segment);
    for (int first = 0; first < tiles; first += TILES) {
      int count = Math.min(TILES, tiles - first);
      int column = first * width;
      int wordColumns = wordColumns(count);
      long from = at + (tiling.firstTile(segment) + first) * tiling.tileBytes();
      switch (tiling.format()) {
        case Lut27Tiles _ -> {
          packing.load27(codes, from, indices, count);
          packing.words27(indices, words, count);
        }
        case Lut9Tiles _ -> packing.load9(codes, from, words, count);
      }
      packing.exchange(words, wordColumns);
      scatter(rows, stride, start + column / 4, wordColumns, columns - column);
    }
  }

  /// Takes words of all rows, with zero trits behind the last column.
  private void gather(byte[] rows, int stride, int at, int wordColumns, int columns) {
    for (int c = 0; c < wordColumns; c++) {
      int used = used(columns - c * TilePacking.WORD_COLUMNS);
      int to = c * lanes;
      if (used == 0) {
        Arrays.fill(words, to, to + lanes, ZEROS);
      } else {
        gatherColumn(rows, stride, at + Integer.BYTES * c, to, used);
      }
    }
  }

  private void gatherColumn(byte[] rows, int stride, int at, int to, int used) {
    int from = at;
    for (int row = 0; row < lanes; row++, from += stride) {
      words[to + row] = ((int) INT.get(rows, from) & used) | (ZEROS & ~used);
    }
  }

  /// Hands words to all rows, of the last columns only those that are there.
  private void scatter(byte[] rows, int stride, int at, int wordColumns, int columns) {
    for (int c = 0; c < wordColumns; c++) {
      int used = used(columns - c * TilePacking.WORD_COLUMNS);
      if (used != 0) {
        scatterColumn(rows, stride, at + Integer.BYTES * c, c * lanes, used);
      }
    }
  }

  private void scatterColumn(byte[] rows, int stride, int at, int from, int used) {
    int to = at;
    for (int row = 0; row < lanes; row++, to += stride) {
      INT.set(rows, to, words[from + row] & used);
    }
  }

  /// The bits of a word's first codes.
  private static int used(int codes) {
    return codes >= TilePacking.WORD_COLUMNS ? -1 : (1 << (2 * Math.max(0, codes))) - 1;
  }
}
