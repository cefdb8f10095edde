package org.bitnet4j.bench;

import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.ProductInput;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;

/// Int8 activations times a ternary matrix, one thread.
final class MatrixVectorCase implements BenchmarkCase {
  private final String path;
  private final TernaryKernels kernels;
  private final byte[] trits;
  private final byte[] activations;
  private final int[] out;
  private final TernaryMatrix matrix;
  private final ProductInput input;
  private final KernelTeam team = KernelTeam.of(1);

  MatrixVectorCase(String path, int rows, int columns) {
    this.path = path;
    this.kernels = BenchmarkInputs.kernels(path);
    this.trits = BenchmarkInputs.trits(rows * columns);
    this.activations = BenchmarkInputs.activations(columns);
    this.out = new int[rows];
    this.input = kernels.input(columns, 1);
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor =
            TernaryTensor.allocate(
                "weight", TensorShape.of(rows, columns), new Granularity.PerTensor(), false)) {
      for (int row = 0; row < rows; row++) {
        tensor.writeRow(row, trits, row * columns);
      }
      this.matrix = kernels.pack(tensor, workers);
    }
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
    input.load(activations);
    kernels.multiply(matrix, input, out, 0, out.length, team);
    return out[0];
  }

  @Override
  public void check() {
    run();
    for (int row = 0; row < out.length; row++) {
      int sum = 0;
      for (int c = 0; c < activations.length; c++) {
        sum += trits[row * activations.length + c] * activations[c];
      }
      if (sum != out[row]) {
        throw BenchmarkInputs.wrong("sum", row, sum, out[row]);
      }
    }
  }

  @Override
  public void close() {
    matrix.close();
    input.close();
    team.close();
  }
}
