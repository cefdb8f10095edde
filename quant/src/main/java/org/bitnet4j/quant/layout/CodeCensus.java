package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// How often each two-bit code 0..3 stands in a stored tensor, as a whole and row by row, code 3
/// included. What a sound tensor of the right layout looks like: no code 3, and much the same share
/// of zeros, code 1, in every row.
///
/// Rows are counted when asked for, from the stored bytes, which must stay as they are until then.
public final class CodeCensus {
  private static final int CODES = 4;

  private final TensorShape shape;
  private final BlockGrid grid;
  private final MemorySegment stored;
  private final long[] counts = new long[CODES];

  private CodeCensus(TensorShape shape, BlockGrid grid, MemorySegment stored) {
    this.shape = shape;
    this.grid = grid;
    this.stored = stored;
  }

  /// Counts the codes of a tensor.
  ///
  /// @param layout a layout with two bits per code
  /// @param shape dimensions of a readable tensor
  /// @param stored its bytes
  /// @throws IllegalArgumentException for a layout without two-bit codes, a shape that is not
  ///   readable, or another number of bytes
  public static CodeCensus of(TernaryLayout layout, TensorShape shape, MemorySegment stored) {
    if (!(layout instanceof BlockLayout blocks) || !canCount(layout)) {
      throw new IllegalArgumentException(
          "layout must have two bits per code, got [" + layout.name() + "]");
    }
    CodeCensus census = new CodeCensus(shape, blocks.grid(shape, stored), stored);
    census.countAll();
    return census;
  }

  /// Whether codes of a layout can be counted: whether it has two bits for each.
  ///
  /// @param layout any layout
  public static boolean canCount(TernaryLayout layout) {
    return layout instanceof BlockLayout blocks && blocks.code() instanceof TwoBitCode;
  }

  /// How many elements of the tensor have a code.
  ///
  /// @param code in \[0, 3\]
  public long count(int code) {
    return counts[code];
  }

  /// The share of a code among all elements.
  ///
  /// @param code in \[0, 3\]
  public double share(int code) {
    return (double) counts[code] / shape.elements();
  }

  /// How many elements of a row have each code, counted now.
  ///
  /// @param row number of the row
  /// @return four counts, of codes 0 to 3
  public long[] ofRow(long row) {
    Objects.checkIndex(row, shape.rows());
    BlockCode code = grid.code();
    boolean flat = grid.frame().flat();
    long strip = flat ? 0 : row / code.rows();
    long firstElement = flat ? row * shape.columns() : 0;
    long endElement = firstElement + shape.columns();
    long[] found = new long[CODES];
    Reader reader = new Reader();
    int rowInBlock = flat ? 0 : (int) (row % code.rows());
    // Chunks begin on the first block that holds some of the row.
    for (long element = firstElement; element < endElement; ) {
      long block = element / code.columns();
      int blocks = (int) Math.min(reader.blocks, grid.blocks() - block);
      long start = block * code.columns();
      long end = Math.min(endElement, start + (long) blocks * code.columns());
      reader.read(strip, block, blocks);
      reader.count(rowInBlock, (int) (element - start), (int) (end - start), found);
      element = end;
    }
    return found;
  }

  /// Each byte holds four codes, in whatever order.
  private void countAll() {
    long[] bytes = new long[256];
    int length = grid.code().bytes();
    for (long strip = 0; strip < grid.strips(); strip++) {
      for (long block = 0; block < grid.blocks(); block++) {
        long at = grid.blockAt(strip, block) + grid.frame().blockHead();
        for (int i = 0; i < length; i++) {
          bytes[stored.get(ValueLayout.JAVA_BYTE, at + i) & 0xFF]++;
        }
      }
    }
    for (int value = 0; value < bytes.length; value++) {
      for (int lane = 0; lane < 4; lane++) {
        counts[value >> (2 * lane) & 3] += bytes[value];
      }
    }
  }

  /// Some blocks as canonical codes.
  private final class Reader {
    private static final int CODES_AT_A_TIME = 1 << 13;

    private final BlockCode code = grid.code();
    private final int blocks = CODES_AT_A_TIME / (code.rows() * code.columns());
    private final int rowStride = blocks * code.columns() / 4;
    private final byte[] canonical = new byte[code.rows() * rowStride];
    private final byte[] image = new byte[blocks * grid.stride()];
    private final TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());

    void read(long strip, long block, int count) {
      MemorySegment.copy(
          stored,
          ValueLayout.JAVA_BYTE,
          grid.blockAt(strip, block),
          image,
          0,
          count * grid.stride());
      code.decode(
          kernels, image, grid.frame().blockHead(), grid.stride(), count, canonical, rowStride);
    }

    void count(int row, int from, int end, long[] found) {
      for (int i = from; i < end; i++) {
        found[canonical[row * rowStride + i / 4] >> (2 * (i % 4)) & 3]++;
      }
    }
  }
}
