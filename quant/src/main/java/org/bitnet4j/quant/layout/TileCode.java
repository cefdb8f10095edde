package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.packing.MalformedPackingException;

/// How the table indices of TL1 and TL2 lie in a tensor. The methods read in stored order: a byte
/// follows from its place in the loops.
///
/// A tensor is cut into bands of `tileRows` rows, a band into tiles of `tileColumns` columns, a
/// tile into strips of `stripRows` rows, a strip into steps of a few columns. Files: bitnet.cpp,
/// `utils/convert-hf-to-gguf-bitnet.py`; sizes of tiles: `setup_env.py` and `preset_kernels` there,
/// where both agree.
enum TileCode {
  /// Two weights w₀, w₁ are the number 3w₀ + w₁ + 4 in a nibble. A step is 256 / `stripRows`
  /// columns; bytes hold two neighbouring pairs, the first in the high nibble, sixteen rows side by
  /// side.
  ///
  /// The tiles of Llama3-8B-1.58 are not known: `setup_env.py` and `preset_kernels` differ.
  TL1(
      new Tiling(3200, 8640, 160, 64, 32),
      new Tiling(3200, 3200, 320, 128, 64),
      new Tiling(8640, 3200, 320, 64, 32),
      new Tiling(1536, 4096, 256, 128, 32),
      new Tiling(1536, 1536, 128, 64, 64),
      new Tiling(4096, 1536, 256, 128, 32)) {
    @Override
    long bytes(TensorShape shape) {
      return shape.elements() / 4;
    }

    @Override
    void decodeBand(Tiling tiling, int band, MemorySegment stored, byte[] trits) {
      int step = 256 / tiling.stripRows;
      int columns = tiling.columns;
      long at = (long) band * tiling.tileRows * columns / 4;
      for (int tile = 0; tile < columns; tile += tiling.tileColumns) {
        for (int strip = 0; strip < tiling.tileRows; strip += tiling.stripRows) {
          for (int first = tile; first < tile + tiling.tileColumns; first += step) {
            for (int row = strip; row < strip + tiling.stripRows; row += 16) {
              for (int column = first; column < first + step; column += 4) {
                for (int r = row; r < row + 16; r++, at++) {
                  byte two = stored.get(ValueLayout.JAVA_BYTE, at);
                  putPair(trits, r * columns + column, two >> 4 & 15, at);
                  putPair(trits, r * columns + column + 2, two & 15, at);
                }
              }
            }
          }
        }
      }
    }
  },

  /// Three weights a, b, c are the number |9a + 3b + c| in a nibble and its sign, 1 for negative,
  /// apart; what columns leave over to a whole tile are pairs as in TL1. All numbers of triples,
  /// all signs and all pairs follow one another, then zeros. Of each 32 rows the second and third
  /// eight have changed places.
  TL2(
      new Tiling(3200, 8640, 160, 96, 32),
      new Tiling(3200, 3200, 320, 96, 32),
      new Tiling(8640, 3200, 320, 96, 32),
      new Tiling(1536, 4096, 256, 96, 32),
      new Tiling(1536, 1536, 128, 192, 32),
      new Tiling(4096, 1536, 256, 96, 32),
      new Tiling(14336, 4096, 256, 96, 32),
      new Tiling(4096, 14336, 128, 96, 32),
      new Tiling(1024, 4096, 256, 96, 32),
      new Tiling(4096, 4096, 128, 96, 32)) {
    // Columns whose signs lie together: 8 triples.
    private static final int SIGN_COLUMNS = 24;

    @Override
    long bytes(TensorShape shape) {
      if (shape.columns() < 256) {
        throw new IllegalArgumentException(
            "columns of TL2 must be at least 256, got [" + shape.columns() + "]");
      }
      // bitnet.cpp's own formula, with its order of divisions; never less than is used.
      return (shape.columns() - 256) * shape.rows() / 3 * 5 / 8 + 256 * shape.rows() / 4;
    }

    @Override
    void decodeBand(Tiling tiling, int band, MemorySegment stored, byte[] trits) {
      int paired = tiling.columns % tiling.tileColumns;
      int tripled = tiling.columns - paired;
      long before = (long) band * tiling.tileRows;
      long signs = (long) tiling.rows * tripled / 6;
      long pairs = signs + (long) tiling.rows * tripled / 24;
      byte[] numbers = new byte[trits.length];
      readTriples(tiling, tripled, stored, before * tripled / 6, numbers);
      applySigns(tiling, tripled, stored, signs + before * tripled / 24, numbers, trits);
      readPairs(tiling, tripled, stored, pairs + before * paired / 4, trits);
      if (band == 0) {
        requireZeros(stored, pairs + (long) tiling.rows * paired / 4, tiling);
      }
    }

    // Puts the number of each triple where its first column is.
    private void readTriples(
        Tiling tiling, int tripled, MemorySegment stored, long from, byte[] numbers) {
      long at = from;
      for (int tile = 0; tile < tripled; tile += tiling.tileColumns) {
        for (int strip = 0; strip < tiling.tileRows; strip += 32) {
          for (int column = tile; column < tile + tiling.tileColumns; column += 6) {
            for (int r = 0; r < 32; r++, at++) {
              byte two = stored.get(ValueLayout.JAVA_BYTE, at);
              int i = (strip + exchanged(r)) * tiling.columns + column;
              numbers[i] = number(two >> 4 & 15, at);
              numbers[i + 3] = number(two & 15, at);
            }
          }
        }
      }
    }

    private byte number(int nibble, long at) {
      if (nibble > 13) {
        throw malformed(at, nibble, "a nibble in [0, 13]");
      }
      return (byte) nibble;
    }

    // A word holds the signs of 8 triples of 2 rows, 16 rows apart: bit 15 − 2t is triple t of the
    // first one.
    private void applySigns(
        Tiling tiling, int tripled, MemorySegment stored, long from, byte[] numbers, byte[] trits) {
      long at = from;
      for (int tile = 0; tile < tripled; tile += tiling.tileColumns) {
        for (int strip = 0; strip < tiling.tileRows; strip += 32) {
          for (int column = tile; column < tile + tiling.tileColumns; column += SIGN_COLUMNS) {
            for (int r = 0; r < 16; r++, at += 2) {
              int word =
                  (stored.get(ValueLayout.JAVA_BYTE, at) & 0xFF)
                      | (stored.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF) << 8;
              for (int bit = 0; bit < 16; bit++) {
                int row = strip + r + bit % 2 * 16;
                int i = row * tiling.columns + column + bit / 2 * 3;
                boolean negative = (word >> (15 - bit) & 1) != 0;
                if (negative && numbers[i] == 0) {
                  throw malformed(at, word, "no sign where a triple is zero");
                }
                // Balanced ternary: 13 is 9 + 3 + 1.
                int balanced = 13 + (negative ? -numbers[i] : numbers[i]);
                trits[i] = (byte) (balanced / 9 - 1);
                trits[i + 1] = (byte) (balanced / 3 % 3 - 1);
                trits[i + 2] = (byte) (balanced % 3 - 1);
              }
            }
          }
        }
      }
    }

    private void readPairs(
        Tiling tiling, int tripled, MemorySegment stored, long from, byte[] trits) {
      long at = from;
      for (int tile = tripled; tile < tiling.columns; tile += 32) {
        for (int strip = 0; strip < tiling.tileRows; strip += 32) {
          for (int column = tile; column < tile + 32; column += 4) {
            for (int r = 0; r < 32; r++, at++) {
              byte two = stored.get(ValueLayout.JAVA_BYTE, at);
              int i = (strip + exchanged(r)) * tiling.columns + column;
              putPair(trits, i, two >> 4 & 15, at);
              putPair(trits, i + 2, two & 15, at);
            }
          }
        }
      }
    }

    // Rows 8..15 and 16..23 change places.
    private int exchanged(int row) {
      return switch (row / 8) {
        case 1 -> row + 8;
        case 2 -> row - 8;
        default -> row;
      };
    }

    private void requireZeros(MemorySegment stored, long from, Tiling tiling) {
      long end = bytes(TensorShape.of(tiling.rows, tiling.columns));
      for (long at = from; at < end; at++) {
        byte padding = stored.get(ValueLayout.JAVA_BYTE, at);
        if (padding != 0) {
          throw malformed(at, padding & 0xFF, "zero after the last code");
        }
      }
    }
  };

  /// How a shape is cut.
  ///
  /// @param rows rows of the tensor
  /// @param columns columns of the tensor
  /// @param tileRows rows of a tile, BM
  /// @param tileColumns columns of a tile, BK
  /// @param stripRows rows of a strip, bm
  record Tiling(int rows, int columns, int tileRows, int tileColumns, int stripRows) {}

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, records in it too
  private final List<Tiling> tilings;

  TileCode(Tiling... tilings) {
    this.tilings = List.of(tilings);
  }

  /// The tiles of a shape, where they are known.
  ///
  /// @param shape dimensions
  Optional<Tiling> tiling(TensorShape shape) {
    return tilings.stream()
        .filter(tiling -> tiling.rows == shape.rows() && tiling.columns == shape.columns())
        .findFirst();
  }

  /// Bytes of all codes.
  ///
  /// @param shape dimensions, with at most 2^60 elements
  /// @throws IllegalArgumentException for a shape that no tile has
  abstract long bytes(TensorShape shape);

  /// Reads the rows of one band.
  ///
  /// @param tiling how the tensor is cut
  /// @param band number of the band
  /// @param stored bytes of the tensor
  /// @param trits receives the trits, row-major
  /// @throws MalformedPackingException for a nibble that is no number, and for padding that is not
  ///   zero
  abstract void decodeBand(Tiling tiling, int band, MemorySegment stored, byte[] trits);

  /// Puts two trits from their nibble.
  private static void putPair(byte[] trits, int i, int nibble, long at) {
    if (nibble > 8) {
      throw malformed(at, nibble, "a nibble in [0, 8]");
    }
    trits[i] = (byte) (nibble / 3 - 1);
    trits[i + 1] = (byte) (nibble % 3 - 1);
  }

  private static MalformedPackingException malformed(long at, int found, String allowed) {
    return new MalformedPackingException(at, "code byte", Integer.toString(found), allowed);
  }
}
