package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products of the path of this run against a sum over trits, exactly.
@Tag("kernels")
class MatrixVectorProductTest {
  private static final int[] COLUMNS = {1, 2, 31, 32, 33, 127, 128, 129, 255, 256, 257, 640, 1000};

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyShapeIsExact(int bands) {
    TernaryKernels kernels = kernels(bands, 16, false);
    for (int rows = 0; rows <= 40; rows++) {
      int columns = COLUMNS[(rows + bands) % COLUMNS.length];
      byte[] trits = KernelInputs.trits(rows, rows * columns);
      byte[] activations = new byte[columns];
      new SplittableRandom(rows).nextBytes(activations);
      assertExact(kernels, rows, columns, trits, activations);
    }
  }

  @Test
  void everyLengthOfRowIsExact() {
    TernaryKernels kernels = kernels(4, 16, true);
    for (int columns = 1; columns <= 300; columns += 7) {
      byte[] activations = new byte[columns];
      new SplittableRandom(columns).nextBytes(activations);
      assertExact(kernels, 3, columns, KernelInputs.trits(columns, 3 * columns), activations);
    }
  }

  /// The largest sums there are: int16 partial sums must have been widened before they overflow.
  @ParameterizedTest
  @ValueSource(ints = {2048, 4096, 4100, 6912, 13824})
  void theWorstCaseIsExact(int columns) {
    TernaryKernels kernels = kernels(4, 16, false);
    byte[] trits = new byte[3 * columns];
    Arrays.fill(trits, 0, columns, (byte) 1);
    Arrays.fill(trits, columns, 2 * columns, (byte) -1);
    for (byte extreme : new byte[] {127, -128}) {
      byte[] activations = new byte[columns];
      Arrays.fill(activations, extreme);
      int[] out = assertExact(kernels, 3, columns, trits, activations);
      assertThat(out).containsExactly(extreme * columns, -extreme * columns, 0);
    }
    byte[] alternating = new byte[columns];
    for (int c = 0; c < columns; c++) {
      alternating[c] = (byte) (c % 2 == 0 ? 127 : -128);
      trits[c] = (byte) (c % 2 == 0 ? 1 : -1);
    }
    assertExact(kernels, 3, columns, trits, alternating);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void threadsChangeNothing(int threads) {
    try (ExecutorService executor = Executors.newFixedThreadPool(Math.max(1, threads - 1))) {
      for (int rows : new int[] {1, 7, 64, 101}) {
        for (int chunk : new int[] {1, 3, 16, 1024}) {
          TernaryKernels kernels = kernels(4, chunk, false);
          byte[] activations = new byte[777];
          new SplittableRandom(rows).nextBytes(activations);
          byte[] trits = KernelInputs.trits(rows, rows * 777);
          try (TernaryMatrix matrix = matrix(rows, 777, trits)) {
            int[] one = new int[rows];
            int[] many = new int[rows];
            kernels.matVec(matrix, activations, one);
            kernels.matVec(matrix, activations, many, executor, threads);
            assertThat(many).isEqualTo(one);
          }
        }
      }
    }
  }

  @Test
  void anExecutorThatNeverRunsAHelperOnlyCostsTime() {
    Executor lazy = task -> {};
    byte[] trits = KernelInputs.trits(1, 50 * 100);
    try (TernaryMatrix matrix = matrix(50, 100, trits)) {
      int[] out = new int[50];
      byte[] activations = new byte[100];
      Arrays.fill(activations, (byte) 3);
      kernels(4, 4, false).matVec(matrix, activations, out, lazy, 8);
      assertThat(out).isEqualTo(naive(50, 100, trits, activations));
    }
  }

  @Test
  void aRefusalOfTheExecutorIsReportedAfterTheRowsAreDone() {
    Executor closed =
        task -> {
          throw new RejectedExecutionException("closed");
        };
    byte[] trits = KernelInputs.trits(1, 50 * 100);
    try (TernaryMatrix matrix = matrix(50, 100, trits)) {
      int[] out = new int[50];
      byte[] activations = new byte[100];
      Arrays.fill(activations, (byte) 3);
      assertThatThrownBy(() -> kernels(4, 4, false).matVec(matrix, activations, out, closed, 2))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(out).isEqualTo(naive(50, 100, trits, activations));
    }
  }

  @Test
  void lengthsMustMatchTheMatrix() {
    TernaryKernels kernels = kernels(4, 16, false);
    try (TernaryMatrix matrix = matrix(2, 3, new byte[6])) {
      assertThatThrownBy(() -> kernels.matVec(matrix, new byte[4], new int[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("activations")
          .hasMessageContaining("[4]");
      assertThatThrownBy(() -> kernels.matVec(matrix, new byte[3], new int[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("out");
      assertThatThrownBy(() -> kernels.matVec(matrix, new byte[3], new int[2], Runnable::run, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("threads");
    }
  }

  @Test
  void theMatrixGivesItsTritsBack() {
    for (int columns : COLUMNS) {
      byte[] trits = KernelInputs.trits(columns, 5 * columns);
      try (TernaryMatrix matrix = matrix(5, columns, trits);
          TernaryTensor back = tensor(5, columns, new byte[5 * columns]);
          TernaryTensor other = tensor(5, columns + 1, new byte[5 * (columns + 1)])) {
        assertThat(matrix.rowBytes() % 64).isZero();
        assertThat(matrix.codes().address() % 64).isZero();
        assertThat(matrix.byteSize()).isEqualTo(5L * matrix.rowBytes());
        matrix.copyTo(back);
        byte[] row = new byte[columns];
        for (int r = 0; r < 5; r++) {
          back.readTrits(r, 0, columns, row, 0);
          assertThat(row).isEqualTo(Arrays.copyOfRange(trits, r * columns, (r + 1) * columns));
        }
        assertThatThrownBy(() -> matrix.copyTo(other)).isInstanceOf(InvalidTensorException.class);
      }
    }
  }

  private static TernaryKernels kernels(int bands, int chunk, boolean prefetch) {
    return TernaryKernels.of(
        new SimdConfig(
            true,
            false,
            false,
            false,
            1,
            chunk,
            prefetch,
            8,
            true,
            Map.of("matvec.rowBands", Integer.toString(bands))));
  }

  private static int[] assertExact(
      TernaryKernels kernels, int rows, int columns, byte[] trits, byte[] activations) {
    try (TernaryMatrix matrix = matrix(rows, columns, trits)) {
      int[] out = new int[rows];
      kernels.matVec(matrix, activations, out);
      assertThat(out)
          .as("[%s, %s]", rows, columns)
          .isEqualTo(naive(rows, columns, trits, activations));
      return out;
    }
  }

  private static int[] naive(int rows, int columns, byte[] trits, byte[] activations) {
    int[] out = new int[rows];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[r] += trits[r * columns + c] * activations[c];
      }
    }
    return out;
  }

  private static TernaryMatrix matrix(int rows, int columns, byte[] trits) {
    try (TernaryTensor tensor = tensor(rows, columns, trits)) {
      return TernaryMatrix.pack(tensor);
    }
  }

  private static TernaryTensor tensor(int rows, int columns, byte[] trits) {
    TernaryTensor tensor =
        TernaryTensor.allocate(
            "w", TensorShape.of(rows, columns), new Granularity.PerTensor(), false);
    for (int r = 0; r < rows; r++) {
      tensor.writeRow(r, trits, r * columns);
    }
    return tensor;
  }
}
