package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.KernelPlan.Product;

/// A weight in the order in which the products of this machine stream it, with its multipliers:
/// made by [TernaryKernels#pack], lossless, in owned memory off the heap.
///
/// Trits lie in blocks of rows of which each is one stream; [#product()] says in which layout. A
/// file that shrinks under a mapping cannot take a product down. Immutable once packed, so any
/// number of products may read it at once.
public final class TernaryMatrix implements AutoCloseable {
  /// A row may not be longer: 2^24 activations of −128 against −1 would leave int32.
  public static final int MAX_COLUMNS = (1 << 24) - 1;

  private static final int CACHE_LINE = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Code 1, a zero trit, in all four lanes.
  private static final byte ZEROS = 0b01_01_01_01;

  private final int rows;
  private final int columns;
  private final CodeLayout layout;
  private final Arena arena;
  private final MemorySegment codes;
  private final MultiplierRule rule;
  private final MemorySegment multipliers;
  private final MemorySegment offsets;

  /// What a stored multiplier covers.
  private enum MultiplierRule {
    /// One for all.
    ONE,
    /// One per segment and row, the rows of a segment in turn.
    SEGMENT_AND_ROW
  }

  @SuppressWarnings("MustBeClosedChecker") // the matrix owns the arena: close() closes it
  private TernaryMatrix(List<TernaryTensor> parts, int rows, CodeLayout layout) {
    TernaryTensor first = parts.getFirst();
    this.rows = rows;
    this.columns = first.shape().columns();
    this.layout = layout;
    this.rule =
        parts.size() == 1 && first.scales().granularity() instanceof Granularity.PerTensor
            ? MultiplierRule.ONE
            : MultiplierRule.SEGMENT_AND_ROW;
    this.arena = Arena.ofShared();
    this.codes = arena.allocate(Math.multiplyExact(blocks(), layout.blockBytes()), CACHE_LINE);
    long count =
        switch (rule) {
          case ONE -> 1L;
          case SEGMENT_AND_ROW -> Math.multiplyExact((long) segments(), (long) rows);
        };
    boolean withOffsets = parts.stream().anyMatch(part -> part.scales().hasOffsets());
    this.multipliers = arena.allocate(count * Float.BYTES, CACHE_LINE);
    this.offsets = arena.allocate(withOffsets ? count * Float.BYTES : 0, CACHE_LINE);
  }

  /// The rows of one tensor or of several, one below the other, in a layout.
  static TernaryMatrix pack(List<TernaryTensor> parts, CodeLayout layout, Workers workers) {
    long rows = 0;
    for (TernaryTensor part : parts) {
      rows = Math.addExact(rows, part.shape().rows());
    }
    TernaryTensor first = parts.getFirst();
    if (first.shape().columns() > MAX_COLUMNS || rows > Integer.MAX_VALUE) {
      throw new InvalidTensorException(
          first.name(),
          -1,
          "a product needs at most 2^31 - 1 rows and " + MAX_COLUMNS + " columns",
          first.shape().toString(),
          "Split the tensor.");
    }
    TernaryMatrix matrix = new TernaryMatrix(parts, (int) rows, layout);
    try {
      matrix.fill(parts, workers);
    } catch (RuntimeException e) {
      matrix.close();
      throw e;
    }
    return matrix;
  }

  private void fill(List<TernaryTensor> parts, Workers workers) {
    int rowBytes = Math.ceilDiv(columns, 4);
    workers.map(
        Math.toIntExact(blocks()),
        () -> {
          byte[] canonical = new byte[layout.blockRows() * rowBytes + Long.BYTES];
          return block -> {
            copyCanonical(parts, block, canonical, rowBytes);
            layout.pack(canonical, rowBytes, codes, block * layout.blockBytes());
            return block;
          };
        });
    int row = 0;
    for (TernaryTensor part : parts) {
      fillScales(part, row);
      row += (int) part.shape().rows();
    }
  }

  /// Copies the rows of a block, and zero trits for those that the matrix does not have.
  private void copyCanonical(List<TernaryTensor> parts, int block, byte[] target, int rowBytes) {
    int first = block * layout.blockRows();
    int end = Math.min(rows, first + layout.blockRows());
    int copied = 0;
    int partRow = 0;
    for (TernaryTensor part : parts) {
      int partEnd = partRow + (int) part.shape().rows();
      int from = Math.max(first, partRow);
      int count = Math.min(end, partEnd) - from;
      if (count > 0) {
        MemorySegment.copy(
            part.codes(),
            ValueLayout.JAVA_BYTE,
            (from - partRow) * part.rowBytes(),
            target,
            copied * rowBytes,
            count * rowBytes);
        copied += count;
      }
      partRow = partEnd;
    }
    Arrays.fill(target, copied * rowBytes, target.length, ZEROS);
  }

  private void fillScales(TernaryTensor part, int firstRow) {
    Granularity granularity = part.scales().granularity();
    for (int segment = 0; segment < segments(); segment++) {
      for (int row = 0; row < part.shape().rows(); row++) {
        long group = granularity.groupOf(row, segment * layout.segmentColumns(), columns);
        long at = multiplierIndex(segment, firstRow + row);
        multipliers.setAtIndex(FLOAT, at, part.scales().multiplier(group));
        if (hasOffsets()) {
          offsets.setAtIndex(FLOAT, at, part.scales().offset(group));
        }
        if (rule == MultiplierRule.ONE) {
          return;
        }
      }
    }
  }

  /// Rows, the outputs of a product.
  public int rows() {
    return rows;
  }

  /// Columns, the inputs of a product.
  public int columns() {
    return columns;
  }

  /// Which product the trits are laid out for.
  public Product product() {
    return layout.product();
  }

  /// Bytes of memory that the matrix owns, multipliers included.
  public long byteSize() {
    return codes.byteSize() + multipliers.byteSize() + offsets.byteSize();
  }

  /// Bits of memory for each trit, padding included, multipliers not.
  public double bitsPerWeight() {
    return 8.0 * codes.byteSize() / ((double) rows * columns);
  }

  /// Reads the trits of one row back.
  ///
  /// @param row the row
  /// @param trits receives `columns` trits
  /// @param offset index of the first trit
  public void readRow(int row, byte[] trits, int offset) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(offset, columns, trits.length);
    int stride = canonicalStride();
    byte[] block = new byte[layout.blockRows() * stride];
    layout.unpack(codes, row / layout.blockRows() * layout.blockBytes(), block, stride);
    int start = row % layout.blockRows() * stride;
    for (int c = 0; c < columns; c++) {
      trits[offset + c] = (byte) (((block[start + c / 4] >> (2 * (c % 4))) & 3) - 1);
    }
  }

  /// Writes all trits back to a tensor of the same rows and columns, whose multipliers stay.
  ///
  /// @param tensor receives the trits
  /// @param workers run the blocks
  /// @throws InvalidTensorException for other rows or columns
  public void copyTo(TernaryTensor tensor, Workers workers) {
    TensorShape shape = tensor.shape();
    if (shape.rows() != rows || shape.columns() != columns) {
      throw new InvalidTensorException(
          tensor.name(),
          -1,
          "the shape must be [" + rows + ", " + columns + "]",
          shape.toString(),
          "Allocate the tensor with the shape of the matrix.");
    }
    int stride = canonicalStride();
    workers.map(
        Math.toIntExact(blocks()),
        () -> {
          byte[] canonical = new byte[layout.blockRows() * stride];
          return block -> {
            layout.unpack(codes, block * layout.blockBytes(), canonical, stride);
            writeCanonical(canonical, stride, tensor, block);
            return block;
          };
        });
  }

  private void writeCanonical(byte[] canonical, int stride, TernaryTensor tensor, int block) {
    int first = block * layout.blockRows();
    int end = Math.min(rows, first + layout.blockRows());
    for (int row = first; row < end; row++) {
      int source = (row - first) * stride;
      if (columns % 4 != 0) {
        // Lanes behind the last column hold code 1 in canonical order.
        int last = source + (int) tensor.rowBytes() - 1;
        int used = (1 << (2 * (columns % 4))) - 1;
        canonical[last] = (byte) ((canonical[last] & used) | (ZEROS & ~used));
      }
      MemorySegment.copy(
          canonical,
          source,
          tensor.codes(),
          ValueLayout.JAVA_BYTE,
          row * tensor.rowBytes(),
          (int) tensor.rowBytes());
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "TernaryMatrix[" + rows + ", " + columns + "] for " + product();
  }

  CodeLayout layout() {
    return layout;
  }

  MemorySegment codes() {
    return codes;
  }

  /// Blocks of rows.
  long blocks() {
    return Math.ceilDiv((long) rows, (long) layout.blockRows());
  }

  /// Scale groups of each row.
  int segments() {
    return Math.ceilDiv(columns, layout.segmentColumns());
  }

  /// Whether one multiplier covers all rows.
  boolean hasOneMultiplier() {
    return rule == MultiplierRule.ONE;
  }

  boolean hasOffsets() {
    return offsets.byteSize() > 0;
  }

  /// The multiplier of a row's segment.
  float multiplier(int segment, int row) {
    return multipliers.getAtIndex(FLOAT, multiplierIndex(segment, row));
  }

  /// The offset μ of a row's segment; only where there are offsets.
  float offset(int segment, int row) {
    return offsets.getAtIndex(FLOAT, multiplierIndex(segment, row));
  }

  private long multiplierIndex(int segment, int row) {
    return switch (rule) {
      case ONE -> 0;
      case SEGMENT_AND_ROW -> (long) segment * rows + row;
    };
  }

  /// Bytes of a row in canonical order, and eight more for loads and stores of whole longs.
  private int canonicalStride() {
    return Math.ceilDiv(columns, 4) + Long.BYTES;
  }
}
