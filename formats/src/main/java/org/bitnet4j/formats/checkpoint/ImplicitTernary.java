package org.bitnet4j.formats.checkpoint;

import java.util.Optional;
import java.util.stream.IntStream;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.jspecify.annotations.Nullable;

/// Float matrices that are ternary already: per scale group, all non-zero magnitudes are equal
/// within two steps of the type they are stored in. TriLM is published so, with one scale for each
/// of up to six shards that a matrix was trained in, by rows or by columns; and any ternary model
/// can be written out as floats.
///
/// The multiplier of a group is its largest magnitude, 0 for a group of zeros.
final class ImplicitTernary {
  /// Two units in the last place: equal but for the rounding of who wrote the file.
  private static final int TOLERANCE = 2;

  private static final int MAX_COLUMN_SHARDS = 6;

  /// A few values have equal magnitudes by chance, one always has.
  private static final int MIN_GROUP = 32;

  private static final int CHUNK = 1 << 16;

  private ImplicitTernary() {}

  /// What one scale covers, absent where the matrix is not ternary. Reads until that is known.
  ///
  /// @param source a float matrix
  static Optional<Granularity> detect(TensorSource source) {
    TensorShape shape = source.shape();
    int columns = shape.columns();
    if (shape.elements() == 0) {
      return Optional.empty();
    }
    Magnitudes whole = new Magnitudes(source);
    // Candidate 1 is a scale per row; the others cut each row into as many shards.
    int[] shards =
        IntStream.rangeClosed(1, MAX_COLUMN_SHARDS)
            .filter(k -> columns % k == 0 && columns / k >= MIN_GROUP)
            .toArray();
    Rows rows = new Rows(source);
    for (long row = 0; row < shape.rows(); row++) {
      float[] values = rows.values(row);
      int at = rows.offset(row);
      if (!whole.add(values, at, columns)) {
        int[] left = narrow(shards, source, values, at, columns);
        if (left.length == 0) {
          return Optional.empty();
        }
        shards = left;
      }
    }
    return Optional.of(
        whole.isTernary()
            ? new Granularity.PerTensor()
            : shards[0] == 1
                ? new Granularity.PerRow()
                : new Granularity.PerGroup(columns / shards[0]));
  }

  /// The numbers of shards that fit this row too.
  private static int[] narrow(
      int[] shards, TensorSource source, float[] values, int at, int columns) {
    return IntStream.of(shards)
        .filter(k -> {
          int size = columns / k;
          return IntStream.range(0, k)
              .allMatch(i -> new Magnitudes(source).add(values, at + i * size, size));
        })
        .toArray();
  }

  /// The trits and multipliers of a matrix.
  ///
  /// @param source a float matrix
  /// @param granularity what [#detect] said of it
  static TernaryTensor read(TensorSource source, Granularity granularity) {
    TensorShape shape = source.shape();
    int columns = shape.columns();
    TernaryTensor target =
        TernaryTensor.allocate(source.name(), shape, granularity, /* withOffsets= */ false);
    Rows rows = new Rows(source);
    byte[] trits = new byte[columns];
    int groupColumns = granularity.groupColumns(columns);
    for (long row = 0; row < shape.rows(); row++) {
      float[] values = rows.values(row);
      int at = rows.offset(row);
      for (int c = 0; c < columns; c++) {
        float value = values[at + c];
        trits[c] = (byte) Math.signum(value);
        long group = granularity.groupOf(row, c - c % groupColumns, columns);
        if (Math.abs(value) > target.scales().multiplier(group)) {
          target.scales().setMultiplier(group, Math.abs(value));
        }
      }
      target.writeRow(row, trits, 0);
    }
    return target;
  }

  /// The range of non-zero magnitudes, in steps of the stored type.
  private static final class Magnitudes {
    private final TensorSource source;
    private int smallest = Integer.MAX_VALUE;
    private int largest = Integer.MIN_VALUE;

    Magnitudes(TensorSource source) {
      this.source = source;
    }

    /// Adds values and tells whether all so far can be one multiplier with signs.
    boolean add(float[] values, int offset, int count) {
      for (int i = offset; i < offset + count && isTernary(); i++) {
        float magnitude = Math.abs(values[i]);
        if (magnitude != 0) {
          int step = step(magnitude);
          smallest = Math.min(smallest, step);
          largest = Math.max(largest, step);
        }
      }
      return isTernary();
    }

    boolean isTernary() {
      return smallest > largest || (largest - smallest <= TOLERANCE && isFinite());
    }

    private boolean isFinite() {
      return switch (source.elementType()) {
        case F32 -> largest < 0x7F80_0000;
        case F16 -> largest < 0x7C00;
        case BF16 -> largest < 0x7F80;
      };
    }

    /// The bit pattern of a magnitude in its stored type: neighbours differ by one.
    private int step(float magnitude) {
      return switch (source.elementType()) {
        case F32 -> Float.floatToRawIntBits(magnitude);
        case F16 -> Float.floatToFloat16(magnitude);
        case BF16 -> Float.floatToRawIntBits(magnitude) >>> 16;
      };
    }
  }

  /// Rows read in chunks.
  private static final class Rows {
    private final TensorSource source;
    private final int columns;
    private final int perChunk;
    private float @Nullable [] chunk;
    private long first;

    Rows(TensorSource source) {
      this.source = source;
      this.columns = source.shape().columns();
      this.perChunk =
          (int) Math.min(source.shape().rows(), Math.max(1, CHUNK / Math.max(1, columns)));
    }

    /// The values round a row, which begins at [#offset]. Rows must be asked for in order.
    float[] values(long row) {
      float[] values = chunk;
      if (values == null || row >= first + perChunk) {
        if (values == null) {
          values = new float[Math.multiplyExact(perChunk, columns)];
          chunk = values;
        }
        first = row;
        source.readRows(row, (int) Math.min(perChunk, source.shape().rows() - row), values, 0);
      }
      return values;
    }

    int offset(long row) {
      return (int) (row - first) * columns;
    }
  }
}
