package org.bitnet4j.bench;

import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.ProductInput;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;

/// Int8 activations of one token or of several times a ternary matrix, one thread, tables built
/// anew each time.
final class ProductCase implements BenchmarkCase {
  private final String path;
  private final int tokens;
  private final TernaryKernels kernels;
  private final byte[] trits;
  private final byte[] activations;
  private final float[] multipliers;
  private final int[] out;
  private final TernaryMatrix matrix;
  private final ProductInput input;
  private final KernelTeam team = KernelTeam.of(1);

  ProductCase(String path, int rows, int columns, int tokens) {
    this.path = path;
    this.tokens = tokens;
    this.kernels = BenchmarkInputs.kernels(path);
    this.trits = BenchmarkInputs.trits(rows * columns);
    this.activations = BenchmarkInputs.activations(tokens * columns);
    this.multipliers = new float[tokens];
    this.out = new int[tokens * rows];
    this.input = kernels.input(columns, tokens);
    try (Workers workers = Workers.of(1);
        var tensor = BenchmarkInputs.tensor(rows, columns)) {
      this.matrix = kernels.pack(tensor, workers);
    }
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  @Override
  public double amount() {
    return (double) matrix.rows() * matrix.columns() * tokens;
  }

  @Override
  public String unit() {
    return "G weights/s";
  }

  @Override
  public long run() {
    input.load(activations, 0, tokens, multipliers, 0);
    kernels.multiply(matrix, input, out, 0, matrix.rows(), team);
    return out[0];
  }

  /// Compares each sum, or a thousand of very many, with a loop over trits.
  @Override
  public void check() {
    run();
    int rows = matrix.rows();
    int columns = matrix.columns();
    for (int i = 0; i < out.length; i += 1 + out.length / 1009) {
      int sum = 0;
      for (int c = 0; c < columns; c++) {
        sum += trits[i % rows * columns + c] * activations[i / rows * columns + c];
      }
      if (sum != out[i]) {
        throw BenchmarkInputs.wrong("sum", i, sum, out[i]);
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
