package org.bitnet4j.quant.weights;

import java.util.List;
import java.util.function.Supplier;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Reads a tensor in chunks of whole rows. Chunks depend on the shape alone, never on threads, and
/// results come back in chunk order: sums made from them have the same bits however many threads
/// ran.
final class TensorScan {
  /// Weights of a chunk, about a quarter of a megabyte of float32.
  private static final int CHUNK_ELEMENTS = 1 << 16;

  private final TensorSource source;
  private final Workers workers;
  private final TernaryKernels kernels;
  private final int rowsPerChunk;
  private final int chunks;

  TensorScan(TensorSource source, Workers workers, TernaryKernels kernels) {
    this.source = source;
    this.workers = workers;
    this.kernels = kernels;
    this.rowsPerChunk = Math.max(1, CHUNK_ELEMENTS / Math.max(1, source.shape().columns()));
    this.chunks = Math.toIntExact(Math.ceilDiv(source.shape().rows(), (long) rowsPerChunk));
  }

  /// Some rows in memory. The values may be overwritten.
  static final class Chunk {
    private final long firstRow;
    private final int rows;
    private final int columns;
    private final float[] values;

    private Chunk(long firstRow, int rows, int columns, float[] values) {
      this.firstRow = firstRow;
      this.rows = rows;
      this.columns = columns;
      this.values = values;
    }

    long firstRow() {
      return firstRow;
    }

    int rows() {
      return rows;
    }

    /// The values, row-major from index 0 on; the array may be longer.
    float[] values() {
      return values;
    }

    int count() {
      return rows * columns;
    }
  }

  /// Work on one chunk.
  @FunctionalInterface
  interface Task<A> {
    A run(Chunk chunk);
  }

  TensorSource source() {
    return source;
  }

  TernaryKernels kernels() {
    return kernels;
  }

  /// Largest number of values in a chunk.
  int chunkCapacity() {
    long rows = Math.min(rowsPerChunk, source.shape().rows());
    return Math.toIntExact(rows * source.shape().columns());
  }

  /// Runs a task on every chunk; refuses NaN and infinity.
  ///
  /// @param worker makes the task of one thread
  /// @return results in chunk order
  <A> List<A> run(Supplier<Task<A>> worker) {
    return workers.map(
        chunks,
        () -> {
          Task<A> task = worker.get();
          float[] values = new float[chunkCapacity()];
          return index -> task.run(read(index, values));
        });
  }

  private Chunk read(int index, float[] values) {
    int columns = source.shape().columns();
    long firstRow = (long) index * rowsPerChunk;
    int rows = (int) Math.min(rowsPerChunk, source.shape().rows() - firstRow);
    source.readRows(firstRow, rows, values, 0);
    Chunk chunk = new Chunk(firstRow, rows, columns, values);
    int bad = kernels.firstNonFinite(values, 0, chunk.count());
    if (bad >= 0) {
      throw InvalidTensorException.notFinite(source.name(), firstRow * columns + bad, values[bad]);
    }
    return chunk;
  }
}
