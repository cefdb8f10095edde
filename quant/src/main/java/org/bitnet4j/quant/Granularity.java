package org.bitnet4j.quant;

import java.util.function.LongToIntFunction;

/// What one scale covers. Groups are numbered row by row, from left to right.
public sealed interface Granularity {
  /// Scale groups of each row; 1 per row and per tensor.
  ///
  /// @param columns columns of the tensor
  int groupsPerRow(int columns);

  /// Consecutive columns of a row that share a scale; the last group of a row may have fewer.
  ///
  /// @param columns columns of the tensor
  int groupColumns(int columns);

  /// Number of scale groups of a tensor; a tensor without elements has none.
  ///
  /// @param shape its dimensions
  long groups(TensorShape shape);

  /// The group of an element.
  ///
  /// @param row its row
  /// @param column its column
  /// @param columns columns of the tensor
  long groupOf(long row, int column, int columns);

  /// The coarsest granularity in which every element keeps its scale.
  ///
  /// @param shape dimensions of the tensor, with elements
  /// @param bits the bits of each group's scale
  default Granularity coarsest(TensorShape shape, LongToIntFunction bits) {
    int perRow = groupsPerRow(shape.columns());
    long rows = groups(shape) / perRow;
    int first = bits.applyAsInt(0);
    boolean rowsDiffer = false;
    // Where scales change within rows: groups may only merge between these places.
    int step = 0;
    for (long row = 0; row < rows; row++) {
      int last = bits.applyAsInt(row * perRow);
      rowsDiffer |= last != first;
      for (int group = 1; group < perRow; group++) {
        int next = bits.applyAsInt(row * perRow + group);
        step = next == last ? step : gcd(group, step);
        last = next;
      }
    }
    if (step == 0) {
      return rowsDiffer ? new PerRow() : new PerTensor();
    }
    return new PerGroup(step * groupColumns(shape.columns()));
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /// One scale for the whole tensor.
  record PerTensor() implements Granularity {
    @Override
    public int groupColumns(int columns) {
      return columns;
    }

    @Override
    public int groupsPerRow(int columns) {
      return 1;
    }

    @Override
    public long groups(TensorShape shape) {
      return shape.elements() == 0 ? 0 : 1;
    }

    @Override
    public long groupOf(long row, int column, int columns) {
      return 0;
    }
  }

  /// One scale per row (output channel).
  record PerRow() implements Granularity {
    @Override
    public int groupColumns(int columns) {
      return columns;
    }

    @Override
    public int groupsPerRow(int columns) {
      return 1;
    }

    @Override
    public long groups(TensorShape shape) {
      return shape.columns() == 0 ? 0 : shape.rows();
    }

    @Override
    public long groupOf(long row, int column, int columns) {
      return row;
    }
  }

  /// One scale per `size` consecutive columns of a row; the last group of a row may be shorter.
  ///
  /// @param size columns of a group, at least 1
  record PerGroup(int size) implements Granularity {
    /// Refuses an empty group.
    public PerGroup {
      if (size < 1) {
        throw new IllegalArgumentException("group size must be at least 1, got [" + size + "]");
      }
    }

    @Override
    public int groupColumns(int columns) {
      return size;
    }

    @Override
    public int groupsPerRow(int columns) {
      return Math.ceilDiv(columns, size);
    }

    @Override
    public long groups(TensorShape shape) {
      return Math.multiplyExact(shape.rows(), (long) groupsPerRow(shape.columns()));
    }

    @Override
    public long groupOf(long row, int column, int columns) {
      return row * groupsPerRow(columns) + column / size;
    }
  }
}
