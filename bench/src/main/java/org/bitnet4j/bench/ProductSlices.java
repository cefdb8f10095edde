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
/// of bitnet-b1.58-2B-4T in their order, tables built anew where a model would.
final class ProductSlices {
  private static final int HIDDEN = 2560;
  private static final int FEED_FORWARD = 6912;
  private static final int TOKENS = 128;

  /// Rows and columns of a layer's matrices: q, k and v; output; gate and up; down.
  private static final int[][] LAYER = {
    {HIDDEN + 2 * 640, HIDDEN}, {HIDDEN, HIDDEN}, {2 * FEED_FORWARD, HIDDEN}, {HIDDEN, FEED_FORWARD}
  };

  /// The largest of them, gate and up.
  private static final int LARGEST = 2;

  /// Of the warm-up: 1 for the first case of a loop, this for others that share it.
  private static final double WARMED = 0.1;

  private final TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
  private final int part;

  private final TernaryTensor hotTensor;
  private final List<TernaryMatrix> hot;

  /// For each matrix of a layer, that matrix of each layer; empty without layers.
  private final List<List<TernaryMatrix>> layers = new ArrayList<>();

  private final List<TernaryTensor> tensors = new ArrayList<>();

  /// Packs all matrices and checks products with each.
  ///
  /// @param kibibytes of weights in cache, at two bits each
  /// @param layers how many layers from memory
  /// @param part of the rows of their matrices, 1 being all
  ProductSlices(int kibibytes, int layers, int part) {
    this.part = part;
    hotTensor = tensor(Math.max(1, kibibytes * 4096 / HIDDEN / 128 * 128), HIDDEN);
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors())) {
      hot = List.of(kernels.pack(hotTensor, workers));
      check(hotTensor, hot.getFirst());
      for (int[] shape : layers == 0 ? new int[0][] : LAYER) {
        TernaryTensor tensor = tensor(shape[0] / part, shape[1]);
        List<TernaryMatrix> packed = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
          packed.add(kernels.pack(tensor, workers));
        }
        check(tensor, packed.getLast());
        this.layers.add(packed);
        tensors.add(tensor);
      }
    }
  }

  private static TernaryTensor tensor(int rows, int columns) {
    byte[] trits = BenchmarkInputs.trits(rows * columns);
    TernaryTensor tensor =
        TernaryTensor.allocate(
            "weight", TensorShape.of(rows, columns), new Granularity.PerTensor(), false);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    tensor.scales().setMultiplier(0, 1);
    return tensor;
  }

  /// Compares sums of one and of many tokens with a loop over trits.
  private void check(TernaryTensor tensor, TernaryMatrix matrix) {
    int rows = matrix.rows();
    int columns = matrix.columns();
    byte[] trits = BenchmarkInputs.trits(rows * columns);
    byte[] activations = BenchmarkInputs.activations(TOKENS * columns);
    try (KernelTeam team = KernelTeam.of(1);
        ProductInput input = kernels.input(columns, TOKENS)) {
      for (int tokens : new int[] {1, 3, part == 1 ? 9 : TOKENS}) {
        int[] sums = new int[tokens * rows];
        input.load(activations, 0, tokens, new float[TOKENS], 0);
        kernels.multiply(matrix, input, sums, 0, rows, team);
        for (int i = 0; i < sums.length; i += 1 + sums.length / 997) {
          int wanted = 0;
          for (int c = 0; c < columns; c++) {
            wanted += trits[i % rows * columns + c] * activations[i / rows * columns + c];
          }
          if (sums[i] != wanted) {
            throw BenchmarkInputs.wrong("sum of " + tensor.shape(), i, wanted, sums[i]);
          }
        }
      }
    }
  }

  /// The cases with that many threads.
  List<SliceCase> cases(int threads) {
    KernelTeam team = KernelTeam.of(threads); // daemon threads, which end with the process
    List<SliceCase> cases = new ArrayList<>();
    double first = threads == 1 ? 1 : WARMED;
    cases.add(product("matvec", "l2", hot, 1, team, first));
    // Without layers it is the scalar path, on which 128 tokens would take a second.
    cases.add(product("matmul", "l2", hot, layers.isEmpty() ? 8 : TOKENS, team, first));
    if (!layers.isEmpty()) {
      cases.add(product("matvec", "dram", layers.get(LARGEST), 1, team, WARMED));
      cases.add(product("matmul", "dram", layers.get(LARGEST), TOKENS, team, WARMED));
      cases.add(token(team));
      cases.add(packing(threads));
    }
    return cases;
  }

  private SliceCase product(
      String kernel,
      String source,
      List<TernaryMatrix> matrices,
      int tokens,
      KernelTeam team,
      double warmUp) {
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
        (double) rows * columns * tokens,
        warmUp);
  }

  /// All layers in turn; its rows are weights by the hidden size.
  private SliceCase token(KernelTeam team) {
    ProductInput hidden = kernels.input(HIDDEN, 1);
    ProductInput feedForward = kernels.input(FEED_FORWARD, 1);
    byte[] activations = BenchmarkInputs.activations(FEED_FORWARD);
    float[] out = new float[2 * FEED_FORWARD];
    int count = layers.getFirst().size();
    double weights = 0;
    double bits = 0;
    for (List<TernaryMatrix> matrices : layers) {
      TernaryMatrix matrix = matrices.getFirst();
      double size = (double) count * matrix.rows() * matrix.columns();
      weights += size;
      bits += size * matrix.bitsPerWeight();
    }
    boolean whole = count == KernelOptions.LAYERS && part == 1;
    return new SliceCase(
        KernelSlices.line(
            whole ? "token-2b4t" : "part-2b4t",
            team.threads(),
            (int) Math.rint(weights / HIDDEN),
            HIDDEN,
            1,
            "dram",
            bits / weights),
        () -> {
          for (int layer = 0; layer < count; layer++) {
            for (List<TernaryMatrix> matrices : layers) {
              TernaryMatrix matrix = matrices.get(layer);
              ProductInput input = matrix.columns() == HIDDEN ? hidden : feedForward;
              input.load(activations);
              kernels.multiply(matrix, input, null, out, 0, matrix.rows(), team);
            }
          }
        },
        weights,
        WARMED);
  }

  /// From the canonical order into that of the products, as at load.
  private SliceCase packing(int threads) {
    Workers workers = Workers.of(threads); // daemon threads, which end with the process
    TernaryTensor tensor = tensors.get(LARGEST);
    int rows = Math.toIntExact(tensor.shape().rows());
    int columns = tensor.shape().columns();
    double bits = layers.get(LARGEST).getFirst().bitsPerWeight();
    return new SliceCase(
        KernelSlices.line("pack", threads, rows, columns, 0, "dram", bits),
        () -> kernels.pack(tensor, workers).close(),
        (double) rows * columns,
        4 * WARMED);
  }
}
