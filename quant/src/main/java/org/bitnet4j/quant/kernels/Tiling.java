package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bitnet4j.quant.kernels.KernelPlan.Product;

/// Blocks of as many rows as a vector has bytes, cut into tiles of columns; each tile is what one
/// step of a product reads, so that a block is one stream. The columns of a scale group start on a
/// tile; the last tile of a group is filled up with zero trits.
///
/// @param loops the loops that read it
/// @param format the tiles
/// @param columns columns of a row
/// @param segmentColumns columns that share a multiplier
record Tiling(TableLoops loops, TileFormat format, int columns, int segmentColumns)
    implements CodeLayout {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Code 1, a zero trit, everywhere.
  private static final long ZEROS = 0x5555_5555_5555_5555L;

  /// Tiles that are packed row by row, so that source and target stay in the nearest cache.
  private static final int PACKED_TILES = 32;

  /// What is added to every sum in a table so that none is negative: activations may be −128.
  static int bias(int groupColumns) {
    return groupColumns * 128;
  }

  /// What all lookups of a row in a segment add beyond its sum.
  int segmentBias(int segment) {
    return segmentTiles(segment) * TableLoops.GROUPS * bias(format.groupColumns());
  }

  @Override
  public Product product() {
    return switch (format) {
      case Lut27Tiles f -> Product.LUT27;
      case Lut9Tiles f -> Product.LUT9;
    };
  }

  @Override
  public int blockRows() {
    return loops.lanes();
  }

  @Override
  public long blockBytes() {
    return tiles() * tileBytes();
  }

  /// Bytes of a tile.
  long tileBytes() {
    return (long) format.vectors() * loops.lanes();
  }

  /// Bytes of a token's tables of a tile.
  long tableBytes() {
    return (long) TableLoops.GROUPS * loops.groupTableBytes();
  }

  /// Tiles of a block.
  long tiles() {
    int segments = segments();
    return segments == 0 ? 0 : (long) (segments - 1) * segmentTiles(0) + segmentTiles(segments - 1);
  }

  /// Segments of a row.
  int segments() {
    return Math.ceilDiv(columns, segmentColumns);
  }

  /// First tile of a segment.
  long firstTile(int segment) {
    return (long) segment * segmentTiles(0);
  }

  /// Tiles of a segment.
  int segmentTiles(int segment) {
    return Math.ceilDiv(segmentWidth(segment), format.tileColumns());
  }

  /// Columns of a segment.
  int segmentWidth(int segment) {
    return Math.min(segmentColumns, columns - segment * segmentColumns);
  }

  /// The byte lane of a block's row: see [TableLoops].
  private static int lane(int row, int lanes) {
    int quarter = lanes / 4;
    return 4 * (row % quarter) + row / quarter;
  }

  @Override
  public void pack(byte[] rows, int stride, MemorySegment codes, long at) {
    TileBlock block = new TileBlock(this);
    for (int segment = 0; segment < segments(); segment++) {
      if (startsOnByte(segment)) {
        block.pack(segment, rows, stride, codes, at);
      } else {
        packRows(segment, rows, stride, codes, at);
      }
    }
  }

  @Override
  public void unpack(MemorySegment codes, long at, byte[] rows, int stride) {
    Arrays.fill(rows, 0, loops.lanes() * stride, (byte) 0);
    TileBlock block = new TileBlock(this);
    for (int segment = 0; segment < segments(); segment++) {
      if (startsOnByte(segment)) {
        block.unpack(segment, codes, at, rows, stride);
      } else {
        unpackRows(segment, codes, at, rows, stride);
      }
    }
  }

  private boolean startsOnByte(int segment) {
    return (long) segment * segmentColumns % 4 == 0;
  }

  /// What [#pack] does, of one segment, row by row: the reference, and the way of segments that do
  /// not start on a byte.
  void packRows(int segment, byte[] rows, int stride, MemorySegment codes, long at) {
    int lanes = loops.lanes();
    int width = format.tileColumns();
    int column = segment * segmentColumns;
    int count = segmentWidth(segment);
    int tiles = segmentTiles(segment);
    for (int first = 0; first < tiles; first += PACKED_TILES) {
      int end = Math.min(tiles, first + PACKED_TILES);
      for (int row = 0; row < lanes; row++) {
        long target = at + firstTile(segment) * tileBytes() + lane(row, lanes);
        for (int tile = first; tile < end; tile++) {
          int from = tile * width;
          long bit = 2L * (column + from);
          long word = (long) WORD.get(rows, row * stride + (int) (bit >>> 3)) >>> (bit & 7);
          int left = count - from;
          if (left < width) {
            long used = (1L << (2 * left)) - 1;
            word = (word & used) | (ZEROS & ~used);
          }
          format.store(word, codes, target + tile * tileBytes(), lanes);
        }
      }
    }
  }

  /// What [#unpack] does, of one segment, row by row: the reference, and the way of segments that
  /// do not start on a byte. Adds to rows of zeros.
  void unpackRows(int segment, MemorySegment codes, long at, byte[] rows, int stride) {
    int lanes = loops.lanes();
    int width = format.tileColumns();
    int column = segment * segmentColumns;
    int count = segmentWidth(segment);
    int tiles = segmentTiles(segment);
    for (int first = 0; first < tiles; first += PACKED_TILES) {
      int end = Math.min(tiles, first + PACKED_TILES);
      for (int row = 0; row < lanes; row++) {
        long source = at + firstTile(segment) * tileBytes() + lane(row, lanes);
        for (int tile = first; tile < end; tile++) {
          int from = tile * width;
          long word = format.load(codes, source + tile * tileBytes(), lanes);
          int left = count - from;
          if (left < width) {
            word &= (1L << (2 * left)) - 1;
          }
          long bit = 2L * (column + from);
          int target = row * stride + (int) (bit >>> 3);
          WORD.set(rows, target, (long) WORD.get(rows, target) | (word << (bit & 7)));
        }
      }
    }
  }

  /// Writes the trits of a run of tiles of a block as rows of shorts.
  ///
  /// @param codes the matrix
  /// @param first offset of the block's first tile of the run
  /// @param tiles number of tiles
  /// @param rows receives the rows
  /// @param stride bytes from one row to the next
  void widen(MemorySegment codes, long first, int tiles, MemorySegment rows, long stride) {
    int lanes = loops.lanes();
    long tileBytes = tileBytes();
    long width = 2L * format.tileColumns();
    for (int row = 0; row < lanes; row++) {
      long source = first + lane(row, lanes);
      long target = row * stride;
      for (int tile = 0; tile < tiles; tile++) {
        format.widen(codes, source + tile * tileBytes, lanes, rows, target + tile * width);
      }
      for (int i = 0; i < 4; i++) { // the rest of a vector that begins in the run
        rows.set(LONG, target + tiles * width + i * (long) Long.BYTES, 0);
      }
    }
  }
}
