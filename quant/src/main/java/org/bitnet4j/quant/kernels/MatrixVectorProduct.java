package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Executor;

/// One matrix–vector product: the cut into groups of far-apart rows and into chunks for workers.
///
/// With R rows in B bands, group g is the rows g, g + ⌈R/B⌉, g + 2⌈R/B⌉ and so on. Their blocks are
/// taken in turn, so that a thread reads B sequential streams: one stream, mixed with arithmetic,
/// leaves half of the memory's bandwidth unused.
final class MatrixVectorProduct {
  /// Bytes of one row before the next band's turn: long enough to pay for the switch, short enough
  /// that the processor sees all bands as running streams.
  private static final int BLOCK_BYTES = 1024;

  private static final int CACHE_LINE = 64;

  private final TernaryMatrix matrix;
  private final MemorySegment codes;
  private final int[] out;
  private final KernelLoops loops;
  private final KernelTally tally;
  private final short[] arranged;
  private final int activationSum;
  private final int bands;
  private final int bandRows;
  private final int groupsPerChunk;
  private final long touchDistance;

  /// Where touched bytes go, lest the compiler drop loads that nobody uses. Races do not matter.
  @SuppressWarnings("unused")
  private byte touchSink;

  MatrixVectorProduct(
      TernaryMatrix matrix,
      byte[] activations,
      int[] out,
      KernelLoops loops,
      KernelPlan plan,
      KernelTally tally) {
    this.matrix = matrix;
    this.codes = matrix.codes();
    this.out = out;
    this.loops = loops;
    this.tally = tally;
    this.arranged = loops.arrange(matrix, activations);
    int sum = 0;
    for (byte activation : activations) {
      sum += activation;
    }
    this.activationSum = sum;
    this.bands = plan.rowBands();
    this.bandRows = Math.ceilDiv(matrix.rows(), bands);
    this.groupsPerChunk = Math.max(1, plan.chunkSize() / bands);
    this.touchDistance = (long) plan.prefetchLines() * CACHE_LINE;
  }

  /// Computes all rows.
  ///
  /// @param executor runs the helpers
  /// @param threads threads at most, the caller included
  void run(Executor executor, int threads) {
    int chunks = Math.ceilDiv(bandRows, groupsPerChunk);
    new ChunkTeam(chunks, this::chunk).run(executor, threads);
  }

  private void chunk(int index) {
    int firstGroup = index * groupsPerChunk;
    int endGroup = Math.min(bandRows, firstGroup + groupsPerChunk);
    long lines = 0;
    for (int group = firstGroup; group < endGroup; group++) {
      lines += group(group);
    }
    tally.countChunk(endGroup - firstGroup, lines);
  }

  /// Computes one row of each band and returns how many cache lines it touched ahead.
  private long group(int group) {
    int rows = matrix.rows();
    int rowBytes = matrix.rowBytes();
    long lines = 0;
    for (long row = group; row < rows; row += bandRows) {
      // Codes are t + 1: Σ t·a = Σ (t + 1)·a − Σ a.
      out[(int) row] = -activationSum;
    }
    for (int block = 0; block < rowBytes; block += BLOCK_BYTES) {
      int bytes = Math.min(BLOCK_BYTES, rowBytes - block);
      for (long row = group; row < rows; row += bandRows) {
        long offset = row * rowBytes + block;
        if (touchDistance > 0) {
          lines += touch(offset + touchDistance, bytes);
        }
        out[(int) row] += loops.codeProduct(codes, offset, bytes, arranged, 4 * block);
      }
    }
    return lines;
  }

  /// Loads a byte of every cache line of a run, as far as the matrix reaches.
  private long touch(long from, int bytes) {
    long end = Math.min(codes.byteSize(), from + bytes);
    long lines = 0;
    byte seen = 0;
    for (long at = from; at < end; at += CACHE_LINE) {
      seen ^= codes.get(ValueLayout.JAVA_BYTE, at);
      lines++;
    }
    touchSink = seen;
    return lines;
  }
}
