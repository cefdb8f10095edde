package org.bitnet4j.bench;

import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;

/// A head: a matrix that is not ternary times the activations of one token or of several, one
/// thread.
final class DenseCase implements BenchmarkCase {
  private final String path;
  private final int tokens;
  private final ElementKernels kernels;
  private final DenseMatrix matrix;
  private final float[] x;
  private final float[] out;
  private final KernelTeam team = KernelTeam.of(1);

  DenseCase(String path, DenseFormat format, int rows, int columns, int tokens) {
    this.path = path;
    this.tokens = tokens;
    this.kernels = BenchmarkInputs.elements(path);
    this.x = BenchmarkInputs.weights(tokens * columns);
    this.out = new float[tokens * rows];
    float[] weights = BenchmarkInputs.weights(rows * columns);
    try (Workers workers = Workers.of(1)) {
      this.matrix =
          kernels.pack(
              TensorSource.of("head", TensorShape.of(rows, columns), weights), format, workers);
    }
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  /// Bytes of the matrix, which are read once.
  @Override
  public double amount() {
    return matrix.byteSize();
  }

  @Override
  public String unit() {
    return "GB/s of weights";
  }

  @Override
  public long run() {
    multiply(kernels, out);
    return Float.floatToRawIntBits(out[0]);
  }

  private void multiply(ElementKernels by, float[] target) {
    by.multiply(matrix, x, 0, matrix.columns(), tokens, target, 0, matrix.rows(), team);
  }

  /// Bits must be those of the scalar reference, and sums those of a loop in double.
  @Override
  public void check() {
    run();
    float[] wanted = new float[out.length];
    multiply(BenchmarkInputs.elements("scalar"), wanted);
    BenchmarkInputs.requireSameBits("dense product", wanted, out);
    float[] row = new float[matrix.columns()];
    for (int r = 0; r < matrix.rows(); r += 1 + matrix.rows() / 101) {
      matrix.readRow(r, row, 0);
      double sum = 0;
      double size = 0;
      for (int c = 0; c < row.length; c++) {
        sum += (double) row[c] * x[c];
        size += Math.abs((double) row[c] * x[c]);
      }
      if (!(Math.abs(sum - out[r]) <= 1e-5 * size)) {
        throw BenchmarkInputs.wrong("dense product", r, sum, out[r]);
      }
    }
  }

  @Override
  public void close() {
    matrix.close();
    team.close();
  }
}
