package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Packing of eight rows at a time against packing row by row, in both directions, for blocks of
/// every width.
class TilingTest {
  private static final int GUARD = 64;

  /// Around a word, a tile, a turn of tiles and their multiples.
  private static final int[] COLUMNS = {
    1, 3, 4, 5, 15, 16, 17, 23, 24, 25, 47, 48, 49, 63, 64, 65, 127, 128, 192, 255, 256, 257, 383,
    384, 385, 640, 777, 1000, 2560
  };

  /// Columns of a scale group; those that are no multiple of four start within a byte.
  private static final int[] SEGMENTS = {1, 3, 10, 16, 32, 64, 100, 128, 250, 256, 4096};

  /// Canonical codes with anything behind the last column of a row, as callers may leave there.
  private enum Codes {
    MIXED,
    RUNS,
    LOWEST,
    HIGHEST;

    byte[] rows(int rows, int stride, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bytes = new byte[rows * stride];
      int run = 0;
      int code = 0;
      for (int i = 0; i < 4 * bytes.length; i++) {
        if (run-- == 0) {
          code =
              switch (this) {
                case MIXED, RUNS -> random.nextInt(3);
                case LOWEST -> 0;
                case HIGHEST -> 2;
              };
          run = this == RUNS ? random.nextInt(40) : 0;
        }
        bytes[i / 4] |= (byte) (code << (2 * (i % 4)));
      }
      return bytes;
    }
  }

  static List<Tiling> tilings() {
    TableLoops[] loops = {
      ByteTableLoops128.INSTANCE, ByteTableLoops256.INSTANCE, ShortTableLoops.INSTANCE
    };
    return Arrays.stream(loops)
        .flatMap(l ->
            List.of(
                new Tiling(l, Lut27Tiles.INSTANCE, 1, 1), new Tiling(l, Lut9Tiles.INSTANCE, 1, 1))
                .stream())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("tilings")
  void everyShapeIsPackedAsRowByRow(Tiling like) {
    SplittableRandom random = new SplittableRandom(like.loops().lanes());
    for (int columns : COLUMNS) {
      requireSame(like, columns, columns, Codes.MIXED, columns);
      int segment = SEGMENTS[random.nextInt(SEGMENTS.length)];
      requireSame(like, columns, Math.min(columns, segment), Codes.RUNS, random.nextLong());
    }
    for (int segment : SEGMENTS) {
      requireSame(like, 300, Math.min(300, segment), Codes.MIXED, segment);
    }
    requireSame(like, 700, 256, Codes.LOWEST, 1);
    requireSame(like, 700, 256, Codes.HIGHEST, 1);
  }

  private static void requireSame(
      Tiling like, int columns, int segmentColumns, Codes kind, long seed) {
    Tiling tiling = new Tiling(like.loops(), like.format(), columns, segmentColumns);
    int lanes = tiling.blockRows();
    int stride = Math.ceilDiv(columns, 4) + Long.BYTES;
    byte[] rows = kind.rows(lanes, stride, seed);
    int blockBytes = Math.toIntExact(tiling.blockBytes());
    byte[] expected = filled(2 * GUARD + blockBytes, (byte) 0x3C);
    byte[] actual = expected.clone();
    for (int segment = 0; segment < tiling.segments(); segment++) {
      tiling.packRows(segment, rows, stride, MemorySegment.ofArray(expected), GUARD);
    }

    tiling.pack(rows, stride, MemorySegment.ofArray(actual), GUARD);

    assertThat(actual)
        .as("%s packed [%d columns in groups of %d]", tiling.format(), columns, segmentColumns)
        .isEqualTo(expected);
    byte[] reference = new byte[rows.length];
    for (int segment = 0; segment < tiling.segments(); segment++) {
      tiling.unpackRows(segment, MemorySegment.ofArray(actual), GUARD, reference, stride);
    }
    byte[] unpacked = filled(rows.length, (byte) 0x3C);

    tiling.unpack(MemorySegment.ofArray(actual), GUARD, unpacked, stride);

    for (int row = 0; row < lanes; row++) {
      for (int c = 0; c < columns; c++) {
        int code = code(rows, row * stride, c);
        if (code(unpacked, row * stride, c) != code || code(reference, row * stride, c) != code) {
          fail("[%d columns in groups of %d] row %d column %d", columns, segmentColumns, row, c);
        }
      }
      for (int c = columns; c % 4 != 0; c++) {
        assertThat(code(unpacked, row * stride, c)).isZero();
      }
    }
  }

  private static int code(byte[] rows, int start, int column) {
    return (rows[start + column / 4] >> (2 * (column % 4))) & 3;
  }

  private static byte[] filled(int length, byte value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, value);
    return bytes;
  }
}
