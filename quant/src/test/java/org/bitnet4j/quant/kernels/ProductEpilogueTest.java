package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values of products, bit by bit against the documented formula, and what goes in and out.
@Tag("kernels")
class ProductEpilogueTest {
  private static final int ROWS = 150;
  private static final int COLUMNS = 203;

  static Stream<Granularity> granularities() {
    return Stream.of(
        new Granularity.PerTensor(),
        new Granularity.PerRow(),
        new Granularity.PerGroup(7),
        new Granularity.PerGroup(16),
        new Granularity.PerGroup(32),
        new Granularity.PerGroup(64),
        new Granularity.PerGroup(128),
        new Granularity.PerGroup(1000));
  }

  @ParameterizedTest
  @MethodSource("granularities")
  void valuesHaveTheBitsOfTheFormula(Granularity granularity) {
    for (int tokens : new int[] {1, 9}) {
      for (boolean withOffsets : new boolean[] {false, true}) {
        for (int threads : new int[] {1, 3}) {
          assertFormula(granularity, withOffsets, tokens, threads);
        }
      }
    }
  }

  private static void assertFormula(
      Granularity granularity, boolean withOffsets, int tokens, int threads) {
    TernaryKernels kernels = ProductExactnessTest.kernels(4, 16, false);
    byte[] trits = KernelInputs.trits(tokens, ROWS * COLUMNS);
    byte[] activations = ProductFixture.activations(tokens, tokens * COLUMNS);
    float[] multipliers = new float[tokens + 2];
    float[] bias = new float[ROWS];
    for (int i = 0; i < multipliers.length; i++) {
      multipliers[i] = 0.007f * (i + 1);
    }
    for (int i = 0; i < ROWS; i++) {
      bias[i] = 1f / (i + 3);
    }
    int stride = ROWS + 5;
    try (Workers workers = Workers.of(2);
        KernelTeam team = KernelTeam.of(threads);
        TernaryTensor tensor =
            ProductFixture.tensor(ROWS, COLUMNS, trits, granularity, withOffsets);
        TernaryMatrix matrix = kernels.pack(tensor, workers);
        ProductInput input = kernels.input(COLUMNS, tokens + 1)) {
      input.load(activations, 0, tokens, multipliers, 1);
      float[] out = new float[tokens * stride + 11];
      Arrays.fill(out, 77f);
      float[] wanted = out.clone();
      kernels.multiply(matrix, input, bias, out, 11, stride, team);
      for (int t = 0; t < tokens; t++) {
        for (int r = 0; r < ROWS; r++) {
          wanted[11 + t * stride + r] =
              value(tensor, trits, r, activations, t, multipliers[t + 1]) + bias[r];
        }
      }
      assertThat(out).as("%s offsets %s", granularity, withOffsets).isEqualTo(wanted);

      int[] sums = new int[tokens * ROWS];
      kernels.multiply(matrix, input, sums, 0, ROWS, team);
      assertThat(sums).isEqualTo(ProductFixture.naive(ROWS, COLUMNS, trits, activations));
    }
  }

  /// The formula of [TernaryKernels#multiply].
  private static float value(
      TernaryTensor tensor, byte[] trits, int row, byte[] activations, int token, float a) {
    Granularity granularity = tensor.scales().granularity();
    int groupColumns = Math.min(COLUMNS, granularity.groupColumns(COLUMNS));
    double total = 0;
    float only = 0;
    for (int first = 0; first < COLUMNS; first += groupColumns) {
      int sum = 0;
      int inputs = 0;
      for (int c = first; c < Math.min(COLUMNS, first + groupColumns); c++) {
        sum += trits[row * COLUMNS + c] * activations[token * COLUMNS + c];
        inputs += activations[token * COLUMNS + c];
      }
      long group = granularity.groupOf(row, first, COLUMNS);
      float m = tensor.scales().multiplier(group);
      float mu = tensor.scales().offset(group);
      only = sum * (m * a);
      if (tensor.scales().hasOffsets()) {
        total += (double) mu * inputs;
        only += mu * inputs * a;
      }
      total += (double) m * sum;
    }
    return groupColumns == COLUMNS ? only : (float) (total * a);
  }

  @Test
  void stackedWeightsAreOneProduct() {
    TernaryKernels kernels = ProductExactnessTest.kernels(4, 16, false);
    byte[] q = KernelInputs.trits(1, 70 * COLUMNS);
    byte[] k = KernelInputs.trits(2, 33 * COLUMNS);
    byte[] activations = ProductFixture.activations(3, COLUMNS);
    try (Workers workers = Workers.of(1);
        KernelTeam team = KernelTeam.of(1);
        TernaryTensor first = ProductFixture.tensor(70, COLUMNS, q);
        TernaryTensor second = ProductFixture.tensor(33, COLUMNS, k);
        TernaryMatrix both = kernels.pack(List.of(first, second), workers);
        TernaryMatrix one = kernels.pack(first, workers);
        TernaryMatrix other = kernels.pack(second, workers);
        ProductInput input = kernels.input(COLUMNS, 1)) {
      input.load(activations);
      float[] together = new float[103];
      float[] apart = new float[103];
      kernels.multiply(both, input, null, together, 0, 103, team);
      kernels.multiply(one, input, null, apart, 0, 70, team);
      kernels.multiply(other, input, null, apart, 70, 33, team);
      assertThat(together).isEqualTo(apart);
    }
  }

  @Test
  void weightsThatDoNotGoTogetherAreRefused() {
    TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
    try (Workers workers = Workers.of(1);
        TernaryTensor first = ProductFixture.tensor(2, 8, new byte[16]);
        TernaryTensor wider = ProductFixture.tensor(2, 9, new byte[18]);
        TernaryTensor grouped =
            ProductFixture.tensor(2, 8, new byte[16], new Granularity.PerGroup(4), false)) {
      for (TernaryTensor second : List.of(wider, grouped)) {
        assertThatThrownBy(() -> kernels.pack(List.of(first, second), workers))
            .isInstanceOf(InvalidTensorException.class)
            .hasMessageContaining("packed together");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aMatrixGivesItsTritsBack(int threads) {
    TernaryKernels kernels = ProductExactnessTest.kernels(4, 16, false);
    try (Workers workers = Workers.of(threads)) {
      for (int columns : new int[] {1, 3, 16, 24, 25, 100, 128, 257, 999}) {
        for (Granularity granularity :
            List.of(new Granularity.PerTensor(), new Granularity.PerGroup(21))) {
          for (int rows : new int[] {1, 16, 65, 130}) {
            assertTritsReturn(kernels, workers, rows, columns, granularity);
          }
        }
      }
    }
  }

  private static void assertTritsReturn(
      TernaryKernels kernels, Workers workers, int rows, int columns, Granularity granularity) {
    byte[] trits = KernelInputs.trits(rows + columns, rows * columns);
    try (TernaryTensor tensor = ProductFixture.tensor(rows, columns, trits, granularity, false);
        TernaryTensor back =
            ProductFixture.tensor(rows, columns, new byte[rows * columns], granularity, false);
        TernaryTensor other =
            ProductFixture.tensor(rows, columns + 1, new byte[rows * columns * 2]);
        TernaryMatrix matrix = kernels.pack(tensor, workers)) {
      matrix.copyTo(back, workers);
      assertThat(back.codes().mismatch(tensor.codes())).isEqualTo(-1);
      byte[] row = new byte[columns + 1];
      matrix.readRow(rows - 1, row, 1);
      assertThat(Arrays.copyOfRange(row, 1, columns + 1))
          .isEqualTo(Arrays.copyOfRange(trits, (rows - 1) * columns, rows * columns));
      assertThat(matrix.codes().address() % 64).isZero();
      assertThatThrownBy(() -> matrix.copyTo(other, workers))
          .isInstanceOf(InvalidTensorException.class);
    }
  }

  @Test
  void aLongRowTakesTheBitsOfItsLayout() {
    TernaryKernels kernels = ProductExactnessTest.kernels(4, 16, false);
    try (TernaryMatrix matrix = ProductFixture.pack(kernels, 64, 2400, new byte[64 * 2400])) {
      double wanted =
          switch (matrix.product()) {
            case SCALAR, LUT9 -> 2.0;
            case LUT27 -> 5.0 / 3;
          };
      assertThat(matrix.bitsPerWeight()).isEqualTo(wanted);
      assertThat(matrix.product()).isEqualTo(kernels.plan().product());
    }
  }

  @Test
  void shortRowsAreScalar() {
    TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
    try (TernaryMatrix matrix = ProductFixture.pack(kernels, 3, 63, new byte[3 * 63])) {
      assertThat(matrix.product()).isEqualTo(KernelPlan.Product.SCALAR);
    }
  }

  @Test
  void tablesFollowWhatIsLoaded() {
    TernaryKernels kernels = ProductExactnessTest.kernels(4, 16, false);
    byte[] trits = KernelInputs.trits(1, 70 * 100);
    try (KernelTeam team = KernelTeam.of(1);
        TernaryMatrix matrix = ProductFixture.pack(kernels, 70, 100, trits);
        ProductInput input = kernels.input(100, 1)) {
      for (int seed = 0; seed < 3; seed++) {
        byte[] activations = ProductFixture.activations(seed, 100);
        input.load(activations);
        int[] out = new int[70];
        kernels.multiply(matrix, input, out, 0, 70, team);
        assertThat(out).isEqualTo(ProductFixture.naive(70, 100, trits, activations));
      }
    }
  }

  @Test
  void lengthsMustMatchTheMatrix() {
    TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
    try (KernelTeam team = KernelTeam.of(1);
        TernaryMatrix matrix = ProductFixture.pack(kernels, 2, 3, new byte[6]);
        ProductInput input = kernels.input(3, 2);
        ProductInput wide = kernels.input(4, 1)) {
      input.load(new byte[6], 0, 2, new float[2], 0);
      refused(kernels, matrix, wide, null, new float[4], 0, 2, team);
      refused(kernels, matrix, input, new float[3], new float[4], 0, 2, team);
      refused(kernels, matrix, input, null, new float[4], 0, 1, team);
      refused(kernels, matrix, input, null, new float[3], 0, 2, team);
      refused(kernels, matrix, input, null, new float[4], 1, 2, team);
      assertThatThrownBy(() -> input.load(new byte[5], 0, 2, new float[2], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> input.load(new byte[9], 0, 3, new float[3], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> kernels.input(3, 0)).isInstanceOf(IllegalArgumentException.class);
    try (Workers workers = Workers.of(1);
        TernaryTensor long24 =
            TernaryTensor.allocate(
                "w", TensorShape.of(1, 1 << 24), new Granularity.PerTensor(), false)) {
      assertThatThrownBy(() -> kernels.pack(long24, workers))
          .isInstanceOf(InvalidTensorException.class);
    }
  }

  private static void refused(
      TernaryKernels kernels,
      TernaryMatrix matrix,
      ProductInput input,
      float @Nullable [] bias,
      float[] out,
      int offset,
      int stride,
      KernelTeam team) {
    assertThatThrownBy(() -> kernels.multiply(matrix, input, bias, out, offset, stride, team))
        .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
  }
}
