package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Dense matrices: what each format stores, and products against a loop over the stored values.
@Tag("kernels")
class DenseMatrixTest {
  private static final int[] COLUMNS = {
    0, 1, 15, 16, 17, 63, 64, 65, 100, 128, 200, 300, 513, 1100
  };

  private static final float UNTOUCHED = -7.25f;

  private static final Workers WORKERS = Workers.of(2);

  private final ElementKernels kernels = ElementKernels.of(config(4));

  @AfterAll
  static void endWorkers() {
    WORKERS.close();
  }

  private static SimdConfig config(int bands) {
    Map<String, String> parameters = Map.of("matvec.rowBands", Integer.toString(bands));
    return new SimdConfig(true, false, false, false, 1, 8, false, 8, true, parameters);
  }

  private DenseMatrix pack(DenseFormat format, int rows, int columns, float[] values) {
    TensorSource source = TensorSource.of("w", TensorShape.of(rows, columns), values);
    return kernels.pack(source, format, WORKERS);
  }

  private static float[] values(DenseMatrix matrix) {
    float[] values = new float[matrix.rows() * matrix.columns()];
    for (int row = 0; row < matrix.rows(); row++) {
      matrix.readRow(row, values, row * matrix.columns());
    }
    return values;
  }

  /// The definition of products, token by token.
  private static void products(
      DenseMatrix matrix,
      float[] x,
      int offset,
      int stride,
      int tokens,
      float[] out,
      int at,
      int to) {
    if (matrix.format().hasCodes()) {
      codeProducts(matrix, x, offset, stride, tokens, out, at, to);
      return;
    }
    float[] w = new float[matrix.columns()];
    for (int row = 0; row < matrix.rows(); row++) {
      ScalarDenseLoops.INSTANCE.decode(
          matrix.format(), matrix.codes(), matrix.rowAt(row), w.length, w, 0);
      for (int token = 0; token < tokens; token++) {
        float sum = product(w, x, offset + token * stride);
        out[at + token * to + row] = matrix.hasRowScales() ? sum * matrix.rowScale(row) : sum;
      }
    }
  }

  /// The definition where rows hold codes, one row after the other; see
  /// [#productsWithCodesAreThoseOfTheStoredValues] for what it means.
  private static void codeProducts(
      DenseMatrix matrix,
      float[] x,
      int offset,
      int stride,
      int tokens,
      float[] out,
      int at,
      int to) {
    CodeTokens ready = new CodeTokens();
    ready.load(
        matrix.format(), ScalarDenseLoops.INSTANCE, x, offset, stride, matrix.columns(), tokens);
    float[] lanes = new float[4 * 16];
    for (int row = 0; row < matrix.rows(); row++) {
      long a = matrix.rowAt(row);
      for (int token = 0; token < tokens; token++) {
        ScalarDenseLoops.INSTANCE.codeRows(
            matrix.format(),
            matrix.codes(),
            a,
            a,
            a,
            a,
            matrix.columns(),
            ready,
            token,
            new float[0],
            lanes);
        float sum = DenseProduct.total(lanes, 0);
        out[at + token * to + row] = matrix.hasRowScales() ? sum * matrix.rowScale(row) : sum;
      }
    }
  }

  /// Sixteen lanes, halved.
  private static float product(float[] w, float[] x, int offset) {
    float[] lanes = new float[16];
    for (int c = 0; c < w.length; c++) {
      lanes[c % 16] = Math.fma(w[c], x[offset + c], lanes[c % 16]);
    }
    for (int half = 8; half > 0; half /= 2) {
      for (int k = 0; k < half; k++) {
        lanes[k] += lanes[k + half];
      }
    }
    return lanes[0];
  }

  static Stream<Arguments> formatsAndInputs() {
    return Arrays.stream(DenseFormat.values())
        .flatMap(format ->
            Stream.of(KernelInputs.GAUSSIAN, KernelInputs.TINY)
                .map(inputs -> Arguments.of(format, inputs)));
  }

  @ParameterizedTest
  @MethodSource("formatsAndInputs")
  void productsHaveTheDefinitionsBits(DenseFormat format, KernelInputs inputs) {
    try (KernelTeam team = KernelTeam.of(2)) {
      for (int columns : COLUMNS) {
        for (int rows : new int[] {3, 9}) {
          float[] values = inputs.values(rows, rows * columns);
          float[] x = KernelInputs.TIES.values(columns, 5 * (columns + 2) + 1);
          try (DenseMatrix matrix = pack(format, rows, columns, values)) {
            for (int tokens : new int[] {1, 3}) {
              assertProducts(matrix, x, tokens, team);
            }
          }
        }
      }
    }
  }

  private void assertProducts(DenseMatrix matrix, float[] x, int tokens, KernelTeam team) {
    int stride = matrix.columns() + 2;
    int outStride = matrix.rows() + 3;
    float[] out = new float[tokens * outStride + 5];
    Arrays.fill(out, UNTOUCHED);
    kernels.multiply(matrix, x, 1, stride, tokens, out, 2, outStride, team);
    float[] expected = new float[out.length];
    Arrays.fill(expected, UNTOUCHED);
    products(matrix, x, 1, stride, tokens, expected, 2, outStride);
    assertThat(out).as("%s, %s tokens", matrix, tokens).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void bitsDoNotDependOnThreadsBandsOrTheNumberOfTokens(DenseFormat format) {
    int rows = 77;
    int columns = 1105;
    int tokens = 37;
    float[] x = KernelInputs.GAUSSIAN.values(1, tokens * columns);
    float[] expected = new float[tokens * rows];
    try (DenseMatrix matrix =
        pack(format, rows, columns, KernelInputs.GAUSSIAN.values(2, rows * columns))) {
      products(matrix, x, 0, columns, tokens, expected, 0, rows);
      for (int threads : new int[] {1, 2, 3, 5, 8}) {
        try (KernelTeam team = KernelTeam.of(threads)) {
          float[] together = new float[tokens * rows];
          kernels.multiply(matrix, x, 0, columns, tokens, together, 0, rows, team);
          assertThat(together).as("%s threads", threads).isEqualTo(expected);
          float[] apart = new float[tokens * rows];
          ElementKernels banded = ElementKernels.of(config(threads));
          for (int token = 0; token < tokens; token++) {
            banded.multiply(matrix, x, token * columns, apart, token * rows, team);
          }
          assertThat(apart).as("%s threads and bands", threads).isEqualTo(expected);
        }
      }
    }
  }

  /// Activations of which most are positive, so that biases and corrections are large.
  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT4"})
  void productsWithCodesAreThoseOfTheStoredValues(DenseFormat format) {
    int rows = 23;
    for (int columns : new int[] {1, 15, 70, 129, 1000, 2560, 6912}) {
      float[] x = KernelInputs.GAUSSIAN.values(10, columns);
      for (int c = 0; c < columns; c++) {
        x[c] += Math.abs(x[(c + 1) % columns]);
      }
      float[] out = new float[rows];
      try (DenseMatrix matrix =
              pack(format, rows, columns, KernelInputs.GAUSSIAN.values(11, rows * columns));
          KernelTeam team = KernelTeam.of(1)) {
        kernels.multiply(matrix, x, 0, out, 0, team);
        float[] stored = values(matrix);
        for (int row = 0; row < rows; row++) {
          double sum = 0;
          double size = 0;
          for (int c = 0; c < columns; c++) {
            double term = (double) stored[row * columns + c] * x[c];
            sum += term;
            size += Math.abs(term);
          }
          assertThat(out[row])
              .as("%s", matrix)
              .isCloseTo((float) sum, within((float) (2e-6 * size)));
        }
      }
    }
  }

  @Test
  void everyBinary16ThatIsANumberIsMultiplied() {
    int rows = 62;
    int columns = 1024;
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      // Exponents 0..30 of both signs; 31 is infinity and NaN.
      values[i] = Float.float16ToFloat((short) (i / 2 | (i % 2 << 15)));
    }
    float[] ones = new float[columns];
    try (DenseMatrix matrix = pack(DenseFormat.FLOAT16, rows, columns, values);
        KernelTeam team = KernelTeam.of(1)) {
      assertThat(matrix.relativeError()).isZero();
      assertThat(values(matrix)).isEqualTo(values);
      float[] out = new float[rows];
      for (int column = 0; column < columns; column += 37) {
        Arrays.fill(ones, 0);
        ones[column] = 1;
        kernels.multiply(matrix, ones, 0, out, 0, team);
        int at = column;
        float[] wanted = new float[rows];
        IntStream.range(0, rows).forEach(row -> wanted[row] = values[row * columns + at] + 0f);
        assertThat(out).isEqualTo(wanted);
      }
    }
  }

  @Test
  void floatFormatsStoreTheNearestValue() {
    float[] values = KernelInputs.GAUSSIAN.values(3, 7 * 33);
    for (DenseFormat format : DenseFormat.values()) {
      try (DenseMatrix matrix = pack(format, 7, 33, values)) {
        float[] stored = values(matrix);
        for (int i = 0; i < values.length; i++) {
          switch (format) {
            case FLOAT32 -> assertThat(stored[i]).isEqualTo(values[i]);
            case FLOAT16 ->
                assertThat(stored[i])
                    .isEqualTo(Float.float16ToFloat(Float.floatToFloat16(values[i])));
            case BFLOAT16 ->
                assertThat(stored[i]).isEqualTo(Bfloat16.toFloat(Bfloat16.of(values[i])));
            case INT8, INT4 -> {}
          }
        }
      }
    }
  }

  @Test
  void int8StoresTheNearestOf255StepsOfARow() {
    int rows = 9;
    int columns = 301;
    float[] values = KernelInputs.GAUSSIAN.values(4, rows * columns);
    try (DenseMatrix matrix = pack(DenseFormat.INT8, rows, columns, values)) {
      float[] stored = values(matrix);
      for (int row = 0; row < rows; row++) {
        float most = 0;
        for (int i = row * columns; i < (row + 1) * columns; i++) {
          most = Math.max(most, Math.abs(values[i]));
        }
        for (int i = row * columns; i < (row + 1) * columns; i++) {
          assertThat(Math.abs(stored[i] - values[i])).isLessThanOrEqualTo(most / 127 * 0.5001f);
        }
      }
    }
  }

  /// No fixed rule, Q4_0's largest element to −8 among them, does better than the choice of a
  /// scale.
  @Test
  void int4LosesLessThanAScaleByTheLargestElement() {
    int rows = 40;
    int columns = 640;
    float[] values = KernelInputs.GAUSSIAN.values(5, rows * columns);
    double lost = 0;
    double all = 0;
    for (int first = 0; first < values.length; first += DenseFormat.GROUP) {
      float largest = 0;
      for (int i = first; i < first + DenseFormat.GROUP; i++) {
        largest = Math.abs(values[i]) > Math.abs(largest) ? values[i] : largest;
      }
      for (int i = first; i < first + DenseFormat.GROUP; i++) {
        double scale = -largest / 8.0;
        double code = Math.max(-8, Math.min(7, Math.rint(values[i] / scale)));
        lost += Math.pow(values[i] - code * scale, 2);
        all += Math.pow(values[i], 2);
      }
    }
    try (DenseMatrix matrix = pack(DenseFormat.INT4, rows, columns, values)) {
      assertThat(matrix.relativeError()).isBetween(0.05, 0.96 * Math.sqrt(lost / all));
      assertThat(matrix.byteSize() * 8.0 / values.length).isBetween(4.25, 4.28);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theErrorIsThatOfTheStoredValues(DenseFormat format) {
    int rows = 300;
    int columns = 331;
    float[] values = KernelInputs.GAUSSIAN.values(6, rows * columns);
    try (DenseMatrix matrix = pack(format, rows, columns, values)) {
      float[] stored = values(matrix);
      double lost = 0;
      double all = 0;
      for (int i = 0; i < values.length; i++) {
        lost += ((double) values[i] - stored[i]) * ((double) values[i] - stored[i]);
        all += (double) values[i] * values[i];
      }
      double expected = Math.sqrt(lost / all);
      assertThat(matrix.relativeError()).isBetween(expected * (1 - 1e-6), expected * (1 + 1e-6));
      assertThat(matrix.relativeError() == 0).isEqualTo(format == DenseFormat.FLOAT32);
    }
  }

  /// What is stored depends on neither path nor threads.
  @ParameterizedTest
  @MethodSource("formatsAndInputs")
  void everyPathStoresTheSame(DenseFormat format, KernelInputs inputs) {
    int rows = 5;
    for (int columns : COLUMNS) {
      float[] values = inputs.values(7, rows * columns);
      TensorSource source = TensorSource.of("w", TensorShape.of(rows, columns), values);
      try (Workers workers = Workers.of(1);
          DenseMatrix matrix = pack(format, rows, columns, values);
          DenseMatrix scalar = ElementKernels.scalar().pack(source, format, workers)) {
        assertThat(matrix.codes().mismatch(scalar.codes())).isEqualTo(-1);
        assertThat(values(matrix)).isEqualTo(values(scalar));
        assertThat(matrix.relativeError()).isEqualTo(scalar.relativeError());
      }
    }
  }

  @Test
  void zerosAreStoredAsZeros() {
    for (DenseFormat format : DenseFormat.values()) {
      try (DenseMatrix matrix = pack(format, 2, 70, new float[140])) {
        assertThat(values(matrix)).containsOnly(0f);
        assertThat(matrix.relativeError()).isZero();
      }
    }
  }

  @Test
  void whatNoFormatHoldsIsRefusedWithItsIndex() {
    float[] values = KernelInputs.GAUSSIAN.values(8, 300 * 300);
    values[70_123] = Float.NaN;
    for (DenseFormat format : DenseFormat.values()) {
      assertThatThrownBy(() -> pack(format, 300, 300, values))
          .isInstanceOfSatisfying(
              InvalidTensorException.class, e -> assertThat(e.index()).isEqualTo(70_123));
    }
    values[70_123] = 65_520;
    assertThatThrownBy(() -> pack(DenseFormat.FLOAT16, 300, 300, values))
        .isInstanceOfSatisfying(
            InvalidTensorException.class, e -> assertThat(e.index()).isEqualTo(70_123))
        .hasMessageContaining("65520");
    pack(DenseFormat.BFLOAT16, 300, 300, values).close();
  }

  @Test
  void rangesOutsideAreRefused() {
    try (DenseMatrix matrix = pack(DenseFormat.INT8, 4, 10, new float[40]);
        KernelTeam team = KernelTeam.of(1)) {
      assertThatThrownBy(() -> kernels.multiply(matrix, new float[9], 0, new float[4], 0, team))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.multiply(matrix, new float[10], 0, new float[4], 1, team))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(
              () -> kernels.multiply(matrix, new float[30], 0, 9, 2, new float[8], 0, 4, team))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("9 apart");
      assertThatThrownBy(() -> matrix.readRow(4, new float[10], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
