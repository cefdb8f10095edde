package org.bitnet4j.bench;

import java.util.Arrays;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;

/// Canonical codes into the order of this machine's products, or back, one thread.
final class RepackCase implements BenchmarkCase {
  /// Which way.
  enum Direction {
    /// As at load.
    PACK,
    /// Back into a tensor.
    UNPACK
  }

  private final String path;
  private final Direction direction;
  private final TernaryKernels kernels;
  private final Workers workers = Workers.of(1);
  private final TernaryTensor tensor;
  private final TernaryTensor target;
  private final TernaryMatrix matrix;

  RepackCase(String path, Direction direction, int rows, int columns) {
    this.path = path;
    this.direction = direction;
    this.kernels = BenchmarkInputs.kernels(path);
    this.tensor = BenchmarkInputs.tensor(rows, columns);
    this.target = BenchmarkInputs.zeros(rows, columns);
    this.matrix = kernels.pack(tensor, workers);
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  @Override
  public double amount() {
    return (double) matrix.rows() * matrix.columns();
  }

  @Override
  public String unit() {
    return "G weights/s";
  }

  @Override
  public long run() {
    switch (direction) {
      case PACK -> kernels.pack(tensor, workers).close();
      case UNPACK -> matrix.copyTo(target, workers);
    }
    return matrix.rows();
  }

  @Override
  public void check() {
    run();
    matrix.copyTo(target, workers);
    byte[] wanted = new byte[matrix.columns()];
    byte[] found = new byte[matrix.columns()];
    for (int row = 0; row < matrix.rows(); row++) {
      tensor.readTrits(row, 0, wanted.length, wanted, 0);
      target.readTrits(row, 0, found.length, found, 0);
      int different = Arrays.mismatch(wanted, found);
      if (different >= 0) {
        throw BenchmarkInputs.wrong(
            "trit of row " + row, different, wanted[different], found[different]);
      }
    }
  }

  @Override
  public void close() {
    matrix.close();
    tensor.close();
    target.close();
    workers.close();
  }
}
