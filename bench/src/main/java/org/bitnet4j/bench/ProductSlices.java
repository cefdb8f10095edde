package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.bench.KernelSlices.SliceCase;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.ProductInput;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;

/// Products of this process's vector width: in cache, from memory, of many tokens, and all matrices
/// of layers of bitnet-b1.58-2B-4T in their order, tables built anew where a model would.
final class ProductSlices {
  private static final int HIDDEN = 2560;
  private static final int FEED_FORWARD = 6912;
  private static final int TOKENS = 128;

  /// Rows and columns of a layer's matrices: q, k and v; output; gate and up; down.
  private static final int[][] LAYER = {
    {HIDDEN + 2 * 640, HIDDEN}, {HIDDEN, HIDDEN}, {2 * FEED_FORWARD, HIDDEN}, {HIDDEN, FEED_FORWARD}
  };

  private final TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
  private final List<TernaryMatrix> hot;
  private final List<TernaryMatrix> cold;
  private final List<TernaryMatrix> layers = new ArrayList<>();

  /// Packs all matrices and checks a product of each kind.
  ///
  /// @param mebibytes of weights from memory, at two bits each
  /// @param kibibytes of weights in cache
  ProductSlices(int mebibytes, int kibibytes) {
    int hotRows = Math.max(1, kibibytes * 4096 / HIDDEN / 128 * 128);
    int copies = Math.max(1, (int) ((long) mebibytes * (4 << 20) / ((long) HIDDEN * HIDDEN)));
    hot = pack(hotRows, HIDDEN, 1);
    cold = pack(Math.min(HIDDEN, 16 * hotRows), HIDDEN, copies);
    long weights = (long) mebibytes * (4 << 20);
    while (weights > 0) {
      for (int[] shape : LAYER) {
        int rows = Math.min(shape[0], 16 * hotRows);
        layers.addAll(pack(rows, shape[1], 1));
        weights -= (long) rows * shape[1];
      }
    }
  }

  private List<TernaryMatrix> pack(int rows, int columns, int copies) {
    byte[] trits = BenchmarkInputs.trits(rows * columns);
    List<TernaryMatrix> matrices = new ArrayList<>();
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors());
        TernaryTensor tensor =
            TernaryTensor.allocate(
                "weight", TensorShape.of(rows, columns), new Granularity.PerTensor(), false)) {
      for (int row = 0; row < rows; row++) {
        tensor.writeRow(row, trits, row * columns);
      }
      tensor.scales().setMultiplier(0, 1);
      for (int copy = 0; copy < copies; copy++) {
        matrices.add(kernels.pack(tensor, workers));
      }
    }
    check(matrices.getFirst(), trits);
    return matrices;
  }

  /// Compares sums of one and of three tokens with a loop over trits.
  private void check(TernaryMatrix matrix, byte[] trits) {
    int rows = matrix.rows();
    int columns = matrix.columns();
    byte[] activations = BenchmarkInputs.activations(3 * columns);
    try (KernelTeam team = KernelTeam.of(1);
        ProductInput input = kernels.input(columns, 3)) {
      for (int tokens : new int[] {1, 3}) {
        int[] sums = new int[tokens * rows];
        input.load(activations, 0, tokens, new float[3], 0);
        kernels.multiply(matrix, input, sums, 0, rows, team);
        for (int i = 0; i < sums.length; i += 1 + sums.length / 997) {
          int wanted = 0;
          for (int c = 0; c < columns; c++) {
            wanted += trits[i % rows * columns + c] * activations[i / rows * columns + c];
          }
          if (sums[i] != wanted) {
            throw BenchmarkInputs.wrong("sum", i, wanted, sums[i]);
          }
        }
      }
    }
  }

  /// The cases with that many threads.
  List<SliceCase> cases(int threads) {
    KernelTeam team = KernelTeam.of(threads); // daemon threads, which end with the process
    return List.of(
        product(team, hot, 1, "matvec", "l2"),
        product(team, cold, 1, "matvec", "dram"),
        product(team, hot, TOKENS, "matmul", "l2"),
        layers(team));
  }

  private SliceCase product(
      KernelTeam team, List<TernaryMatrix> matrices, int tokens, String kernel, String source) {
    TernaryMatrix first = matrices.getFirst();
    int rows = first.rows();
    int columns = first.columns();
    ProductInput input = kernels.input(columns, tokens);
    byte[] activations = BenchmarkInputs.activations(tokens * columns);
    float[] multipliers = new float[tokens];
    float[] out = new float[tokens * rows];
    int[] next = {0};
    return new SliceCase(
        KernelSlices.line(
            kernel, team.threads(), rows, columns, tokens, source, first.bitsPerWeight()),
        () -> {
          input.load(activations, 0, tokens, multipliers, 0);
          kernels.multiply(matrices.get(next[0]), input, null, out, 0, rows, team);
          next[0] = (next[0] + 1) % matrices.size();
        },
        (double) rows * columns * tokens);
  }

  /// One layer at a time, as often as there are; its rows are counted as rows of the hidden size.
  private SliceCase layers(KernelTeam team) {
    ProductInput hidden = kernels.input(HIDDEN, 1);
    ProductInput feedForward = kernels.input(FEED_FORWARD, 1);
    byte[] activations = BenchmarkInputs.activations(FEED_FORWARD);
    float[] out = new float[2 * FEED_FORWARD];
    int[] next = {0};
    double weights = 0;
    double bits = 0;
    for (TernaryMatrix matrix : layers.subList(0, LAYER.length)) {
      double count = (double) matrix.rows() * matrix.columns();
      weights += count;
      bits += count * matrix.bitsPerWeight();
    }
    return new SliceCase(
        KernelSlices.line(
            "bitnet-2b-4t-layer",
            team.threads(),
            (int) (weights / HIDDEN),
            HIDDEN,
            1,
            "dram",
            bits / weights),
        () -> {
          for (int i = 0; i < LAYER.length; i++) {
            TernaryMatrix matrix = layers.get(next[0] + i);
            ProductInput input = matrix.columns() == HIDDEN ? hidden : feedForward;
            input.load(activations);
            kernels.multiply(matrix, input, null, out, 0, matrix.rows(), team);
          }
          next[0] = (next[0] + LAYER.length) % layers.size();
        },
        weights);
  }
}
