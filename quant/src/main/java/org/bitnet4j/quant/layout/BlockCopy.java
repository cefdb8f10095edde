package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.packing.MalformedPackingException;

/// Moves codes between a tensor and the blocks of a layout, a chunk at a time through arrays that a
/// first-level cache holds, on many threads.
final class BlockCopy {
  /// Codes of a chunk: 8 KiB of canonical bytes.
  private static final int CHUNK_CODES = 1 << 15;

  private final TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
  private final BlockGrid grid;
  private final BlockCode code;
  private final MemorySegment codes;
  private final long rowBytes;
  private final MemorySegment stored;
  private final int chunkBlocks;
  private final long chunksPerStrip;

  /// A copy.
  ///
  /// @param grid the blocks
  /// @param codes canonical codes, flat where the grid is
  /// @param rowBytes bytes from one row's codes to the next's; of no interest where they are flat
  /// @param stored the bytes of the layout
  BlockCopy(BlockGrid grid, MemorySegment codes, long rowBytes, MemorySegment stored) {
    this.grid = grid;
    this.code = grid.code();
    this.codes = codes;
    this.rowBytes = rowBytes;
    this.stored = stored;
    this.chunkBlocks = CHUNK_CODES / (code.rows() * code.columns());
    this.chunksPerStrip = Math.ceilDiv(grid.blocks(), chunkBlocks);
  }

  /// Stores the codes, and with each chunk its multipliers.
  ///
  /// @param tensor the tensor, for messages
  /// @param multipliers writes multipliers
  /// @param workers threads to work on
  /// @throws InvalidTensorException for a code that is no trit
  void encode(TernaryTensor tensor, MultiplierStore multipliers, Workers workers) {
    Tasks.run(
        grid.strips() * chunksPerStrip,
        workers,
        (from, to) -> {
          Chunk chunk = new Chunk();
          for (long number = from; number < to; number++) {
            chunk.at(number);
            chunk.readCodes();
            chunk.requireTrits(tensor);
            code.encode(
                kernels,
                chunk.canonical,
                chunk.rowStride,
                chunk.image,
                grid.frame().blockHead(),
                grid.stride(),
                chunk.count);
            chunk.writeMultipliers(multipliers);
            chunk.writeImage();
          }
        });
  }

  /// Reads the codes.
  ///
  /// @param workers threads to work on
  /// @throws MalformedPackingException for a byte that no encoder produces
  void decode(Workers workers) {
    Tasks.run(
        grid.strips() * chunksPerStrip,
        workers,
        (from, to) -> {
          Chunk chunk = new Chunk();
          for (long number = from; number < to; number++) {
            chunk.at(number);
            chunk.readImage();
            boolean sound =
                code.decode(
                    kernels,
                    chunk.image,
                    grid.frame().blockHead(),
                    grid.stride(),
                    chunk.count,
                    chunk.canonical,
                    chunk.rowStride);
            if (!sound || chunk.hasThree()) {
              throw chunk.malformed();
            }
            chunk.writeCodes();
          }
        });
  }

  /// Some consecutive blocks of a strip, and the arrays of one thread.
  private final class Chunk {
    /// Canonical bytes of a row's share.
    private final int rowStride = Math.ceilDiv(chunkBlocks * code.columns(), 4);

    private final byte[] canonical = new byte[code.rows() * rowStride];
    private final byte[] image = new byte[chunkBlocks * grid.stride()];
    private long strip;
    private long first;
    private int count;

    void at(long number) {
      strip = number / chunksPerStrip;
      first = number % chunksPerStrip * chunkBlocks;
      count = (int) Math.min(chunkBlocks, grid.blocks() - first);
    }

    /// Canonical bytes of a row in this chunk.
    private int rowLength() {
      return Math.ceilDiv(count * code.columns(), 4);
    }

    private long codesAt(int row) {
      return (strip * code.rows() + row) * rowBytes + first * code.columns() / 4;
    }

    void readCodes() {
      for (int row = 0; row < code.rows(); row++) {
        MemorySegment.copy(
            codes, ValueLayout.JAVA_BYTE, codesAt(row), canonical, row * rowStride, rowLength());
      }
    }

    void writeCodes() {
      for (int row = 0; row < code.rows(); row++) {
        MemorySegment.copy(
            canonical, row * rowStride, codes, ValueLayout.JAVA_BYTE, codesAt(row), rowLength());
      }
    }

    void readImage() {
      MemorySegment.copy(
          stored,
          ValueLayout.JAVA_BYTE,
          grid.blockAt(strip, first),
          image,
          0,
          count * grid.stride());
    }

    void writeImage() {
      MemorySegment.copy(
          image,
          0,
          stored,
          ValueLayout.JAVA_BYTE,
          grid.blockAt(strip, first),
          count * grid.stride());
    }

    void writeMultipliers(MultiplierStore multipliers) {
      if (multipliers.areInBlocks()) {
        multipliers.writeBlocks(image, (int) grid.scaleAt(0), first, count);
      } else if (grid.frame().stripHead() > 0 && first == 0) {
        multipliers.writeRows(stored, strip * code.rows(), code.rows());
      }
    }

    boolean hasThree() {
      for (int row = 0; row < code.rows(); row++) {
        if (!kernels.areTrits(canonical, row * rowStride, rowLength())) {
          return true;
        }
      }
      return false;
    }

    void requireTrits(TernaryTensor tensor) {
      if (!hasThree()) {
        return;
      }
      for (int row = 0; row < code.rows(); row++) {
        for (int c = 0; c < count * code.columns(); c++) {
          if ((canonical[row * rowStride + c / 4] >> (2 * (c % 4)) & 3) == 3) {
            long column = first * code.columns() + c;
            long start = grid.frame().flat() ? 0 : strip * code.rows() + row;
            throw new InvalidTensorException(
                tensor.name(),
                start * tensor.shape().columns() + column,
                "a trit must be -1, 0 or +1",
                "code 3",
                "Quantize the tensor first.");
          }
        }
      }
    }

    /// The first byte that stands for no trits, found by the reference.
    MalformedPackingException malformed() {
      byte[] trits = new byte[code.rows() * code.columns()];
      for (int block = 0; block < count; block++) {
        int start = block * grid.stride() + grid.frame().blockHead();
        int bad = code.decodeBlock(Arrays.copyOfRange(image, start, start + code.bytes()), trits);
        if (bad >= 0) {
          return new MalformedPackingException(
              grid.blockAt(strip, first + block) + grid.frame().blockHead() + bad,
              "code byte of block " + (strip * grid.blocks() + first + block),
              Integer.toString(image[start + bad] & 0xFF),
              code.allowed());
        }
      }
      throw new IllegalStateException("fast path and reference must agree on what is malformed");
    }
  }
}
