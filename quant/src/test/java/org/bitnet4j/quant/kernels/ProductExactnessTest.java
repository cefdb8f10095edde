package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Int32 sums of the path of this run against a loop over trits, exactly.
@Tag("kernels")
class ProductExactnessTest {
  /// Around a tile, a vector, a run of tiles and their multiples.
  private static final int[] COLUMNS = {
    1, 2, 3, 15, 16, 17, 23, 24, 25, 31, 47, 48, 49, 63, 64, 65, 127, 128, 129, 191, 192, 193, 255,
    256, 257, 299, 300, 383, 385, 640, 1000
  };

  private static final int[] ROWS = {
    1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 193, 255, 256, 257, 299, 300
  };

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8})
  void everyShapeIsExact(int bands) {
    TernaryKernels kernels = kernels(bands, 16, false);
    SplittableRandom random = new SplittableRandom(bands);
    try (KernelTeam team = KernelTeam.of(1)) {
      for (int rows : ROWS) {
        for (int sample = 0; sample < 2; sample++) {
          int columns = COLUMNS[random.nextInt(COLUMNS.length)];
          assertExact(kernels, team, rows, columns, 1);
        }
      }
    }
  }

  @Test
  void everyOddWidthIsExact() {
    TernaryKernels kernels = kernels(4, 16, true);
    try (KernelTeam team = KernelTeam.of(1)) {
      for (int columns = 1; columns <= 301; columns += 4) {
        assertExact(kernels, team, 67, columns, 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 7, 8, 9, 16, 17})
  void manyTokensAreExact(int tokens) {
    TernaryKernels kernels = kernels(4, 16, false);
    SplittableRandom random = new SplittableRandom(tokens);
    try (KernelTeam team = KernelTeam.of(1)) {
      for (int rows : new int[] {1, 17, 64, 65, 200, 257, 300}) {
        assertExact(kernels, team, rows, COLUMNS[random.nextInt(COLUMNS.length)], tokens);
      }
    }
  }

  /// The largest sums there are: 16-bit partial sums must have been widened before they overflow.
  @ParameterizedTest
  @ValueSource(ints = {2048, 4096, 4100, 6145, 6912, 13824})
  void theWorstCaseIsExact(int columns) {
    TernaryKernels kernels = kernels(4, 16, false);
    byte[] trits = new byte[3 * columns];
    Arrays.fill(trits, 0, columns, (byte) 1);
    Arrays.fill(trits, columns, 2 * columns, (byte) -1);
    try (KernelTeam team = KernelTeam.of(1)) {
      for (int tokens : new int[] {1, 2}) {
        for (byte extreme : new byte[] {127, -128}) {
          byte[] activations = new byte[tokens * columns];
          Arrays.fill(activations, extreme);
          int[] sums = ProductFixture.sums(kernels, team, 3, columns, trits, activations);
          assertThat(Arrays.copyOf(sums, 3))
              .containsExactly(extreme * columns, -extreme * columns, 0);
          assertThat(Arrays.copyOfRange(sums, sums.length - 3, sums.length))
              .containsExactly(extreme * columns, -extreme * columns, 0);
        }
        byte[] alternating = new byte[tokens * columns];
        for (int c = 0; c < alternating.length; c++) {
          alternating[c] = (byte) (c % 2 == 0 ? 127 : -128);
          trits[c % columns] = (byte) (c % 2 == 0 ? 1 : -1);
        }
        assertThat(ProductFixture.sums(kernels, team, 3, columns, trits, alternating))
            .isEqualTo(ProductFixture.naive(3, columns, trits, alternating));
        Arrays.fill(trits, 0, columns, (byte) 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void threadsChangeNothing(int threads) {
    try (KernelTeam team = KernelTeam.of(threads)) {
      for (int rows : new int[] {1, 64, 301, 1000}) {
        for (int chunk : new int[] {1, 16, 1024}) {
          assertExact(kernels(4, chunk, false), team, rows, 333, 1);
          assertExact(kernels(4, chunk, false), team, rows, 100, 9);
        }
      }
    }
  }

  /// What a machine without a byte lookup across wide vectors runs, whatever this one has.
  @Test
  void narrowTablesInWideVectorsAreExact() {
    if (!Host.current().hasVectorApi()) {
      return; // the scalar path has no tables
    }
    Host host = new Host("amd64", Set.of(), 2, 256, false);
    SimdConfig config = SimdConfig.builder().minSimdSize(1).build();
    TernaryKernels kernels = KernelSelection.select(config, host, null);
    assertThat(kernels.plan().product()).isEqualTo(KernelPlan.Product.LUT9);
    try (KernelTeam team = KernelTeam.of(1)) {
      for (int rows : new int[] {1, 65, 300}) {
        assertExact(kernels, team, rows, 67, 1);
        assertExact(kernels, team, rows, 100, 3);
      }
    }
  }

  @Test
  void anEmptyWeightHasEmptyOrZeroSums() {
    TernaryKernels kernels = kernels(4, 16, false);
    try (KernelTeam team = KernelTeam.of(2);
        TernaryMatrix noRows = ProductFixture.pack(kernels, 0, 5, new byte[0]);
        TernaryMatrix noColumns = ProductFixture.pack(kernels, 3, 0, new byte[0]);
        ProductInput five = kernels.input(5, 1);
        ProductInput none = kernels.input(0, 1)) {
      five.load(new byte[5]);
      none.load(new byte[0]);
      kernels.multiply(noRows, five, new int[0], 0, 0, team);
      float[] out = {9, 9, 9};
      kernels.multiply(noColumns, none, null, out, 0, 3, team);
      assertThat(out).containsExactly(0, 0, 0);
    }
  }

  private static void assertExact(
      TernaryKernels kernels, KernelTeam team, int rows, int columns, int tokens) {
    byte[] trits = KernelInputs.trits(rows + 7L * columns, rows * columns);
    byte[] activations = ProductFixture.activations(rows + columns, tokens * columns);
    assertThat(ProductFixture.sums(kernels, team, rows, columns, trits, activations))
        .as("[%s, %s] times %s tokens", rows, columns, tokens)
        .isEqualTo(ProductFixture.naive(rows, columns, trits, activations));
  }

  static TernaryKernels kernels(int bands, int chunk, boolean prefetch) {
    return TernaryKernels.of(
        SimdConfig.builder()
            .minSimdSize(1)
            .chunkSize(chunk)
            .enablePrefetch(prefetch)
            .customParams(Map.of("matvec.rowBands", Integer.toString(bands)))
            .build());
  }
}
