package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Int8 activations of one or more tokens, ready for products: what their tables need is built by
/// the first product and used by the next ones of the same activations, as those of q, k and v or
/// of gate and up.
///
/// Made by [TernaryKernels#input], loaded again for each step, closed at the end. It is an argument
/// of one product at a time.
public final class ProductInput implements AutoCloseable {
  private final int columns;
  private final int capacity;
  private final Arena arena;
  private final byte[] codes;
  private final float[] multipliers;
  private final List<ProductTables> tables = new ArrayList<>();
  private final List<SegmentSums> segmentSums = new ArrayList<>();
  private int tokens;
  private long generation;
  private short[] shorts = {};
  private long shortsGeneration = -1;

  /// Σ x over each segment of each token.
  private static final class SegmentSums {
    private final int segmentColumns;
    private final int[] sums;
    private long generation = -1;

    SegmentSums(int segmentColumns, int count) {
      this.segmentColumns = segmentColumns;
      this.sums = new int[count];
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the input owns the arena: close() closes it
  ProductInput(int columns, int capacity) {
    if (columns < 0 || columns > TernaryMatrix.MAX_COLUMNS) {
      throw new IllegalArgumentException(
          "columns must be in [0, " + TernaryMatrix.MAX_COLUMNS + "], got [" + columns + "].");
    }
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "the capacity must be at least one token, got [" + capacity + "].");
    }
    this.columns = columns;
    this.capacity = capacity;
    this.codes = new byte[Math.multiplyExact(columns, capacity)];
    this.multipliers = new float[capacity];
    this.arena = Arena.ofShared();
  }

  /// Columns of the matrices that it fits.
  public int columns() {
    return columns;
  }

  /// Tokens at most.
  public int capacity() {
    return capacity;
  }

  /// Tokens that are loaded.
  public int tokens() {
    return tokens;
  }

  /// Takes the activations of tokens: value = code · multiplier.
  ///
  /// @param source codes \[tokens, columns\], from `offset` on
  /// @param offset index of the first code
  /// @param count number of tokens, in \[0, capacity\]
  /// @param tokenMultipliers 1/s of each token, where s is what its values were multiplied by, as
  ///   in 127 / max|x|
  /// @param multiplierOffset index of the first
  public void load(
      byte[] source, int offset, int count, float[] tokenMultipliers, int multiplierOffset) {
    Objects.checkFromIndexSize(0, count, capacity);
    Objects.checkFromIndexSize(offset, count * columns, source.length);
    Objects.checkFromIndexSize(multiplierOffset, count, tokenMultipliers.length);
    System.arraycopy(source, offset, codes, 0, count * columns);
    System.arraycopy(tokenMultipliers, multiplierOffset, multipliers, 0, count);
    tokens = count;
    generation++;
  }

  /// Takes one token whose codes are its values.
  ///
  /// @param source holds `columns` codes
  public void load(byte[] source) {
    Objects.checkFromIndexSize(0, columns, source.length);
    System.arraycopy(source, 0, codes, 0, columns);
    Arrays.fill(multipliers, 0, 1, 1f);
    tokens = 1;
    generation++;
  }

  @Override
  public void close() {
    arena.close();
  }

  /// All codes, token by token.
  byte[] codes() {
    return codes;
  }

  float multiplier(int token) {
    return multipliers[token];
  }

  /// Changes with every load.
  long generation() {
    return generation;
  }

  /// The tables of a tiling, which may be those of an earlier load: see [ProductTables#isCurrent].
  ProductTables tables(Tiling tiling) {
    for (int i = 0; i < tables.size(); i++) {
      if (tables.get(i).fits(tiling)) {
        return tables.get(i);
      }
    }
    int atOnce =
        switch (tiling.loops()) {
          case ShortTableLoops loops -> Math.min(capacity, ManyTokens.most(tiling));
          case ByteTableLoops loops -> 1;
        };
    long bytes = atOnce * tiling.tiles() * tiling.tableBytes();
    MemorySegment memory = arena.allocate(bytes, 64);
    ProductTables added = new ProductTables(tiling, memory);
    tables.add(added);
    return added;
  }

  /// All codes as shorts, token by token, with some behind the last to load whole vectors of.
  short[] shorts() {
    if (shortsGeneration != generation) {
      if (shorts.length == 0) {
        shorts = new short[codes.length + ByteTableLoops.PADDING];
      }
      for (int i = 0; i < tokens * columns; i++) {
        shorts[i] = codes[i];
      }
      shortsGeneration = generation;
    }
    return shorts;
  }

  /// Σ x over each segment, segments of a token in turn.
  int[] segmentSums(int segmentColumns) {
    int segments = Math.ceilDiv(columns, segmentColumns);
    for (int i = 0; i < segmentSums.size(); i++) {
      if (segmentSums.get(i).segmentColumns == segmentColumns) {
        return current(segmentSums.get(i), segments);
      }
    }
    SegmentSums added = new SegmentSums(segmentColumns, segments * capacity);
    segmentSums.add(added);
    return current(added, segments);
  }

  private int[] current(SegmentSums entry, int segments) {
    if (entry.generation != generation) {
      Arrays.fill(entry.sums, 0);
      for (int token = 0; token < tokens; token++) {
        for (int c = 0; c < columns; c++) {
          entry.sums[token * segments + c / entry.segmentColumns] += codes[token * columns + c];
        }
      }
      entry.generation = generation;
    }
    return entry.sums;
  }
}
