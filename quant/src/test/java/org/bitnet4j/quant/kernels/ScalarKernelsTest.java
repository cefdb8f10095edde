package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// The reference itself, against exact arithmetic, published rounding rules and the hub's codes.
class ScalarKernelsTest {
  private final TernaryKernels kernels = TernaryKernels.scalar();

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "HUGE")
  void sumsAreNearTheExactOnes(KernelInputs inputs) {
    float[] x = inputs.values(11, 1000);
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal absSum = BigDecimal.ZERO;
    for (float value : x) {
      sum = sum.add(new BigDecimal(value));
      absSum = absSum.add(new BigDecimal(value).abs());
    }
    double bound = absSum.doubleValue() * 1e-14 + Double.MIN_VALUE;
    assertThat(kernels.sum(x, 0, 1000)).isCloseTo(sum.doubleValue(), within(bound));
    assertThat(kernels.absSum(x, 0, 1000)).isCloseTo(absSum.doubleValue(), within(bound));
  }

  @Test
  void lanesAreCombinedInOneTree() {
    // Lane 0 holds 2^60 and −2^60 meets it from lane 8 first; what the other lanes hold survives.
    float[] x = new float[16];
    x[0] = 0x1p60f;
    x[8] = -0x1p60f;
    x[4] = 1;
    x[1] = 0x1p-20f;
    assertThat(kernels.sum(x, 0, 16)).isEqualTo(1 + 0x1p-20);
    // From lane 4 it meets a lane that has taken up lane 12 already.
    x[8] = 0;
    x[4] = -0x1p60f;
    x[12] = 1;
    assertThat(kernels.sum(x, 0, 16)).isEqualTo(0x1p-20);
  }

  @Test
  void squaredDeviationsAreThoseOfTheVariance() {
    float[] x = {1, 2, 3, 4};
    assertThat(kernels.squaredDeviationSum(x, 0, 4, 2.5)).isEqualTo(5.0);
    assertThat(kernels.squaredDeviationSum(x, 1, 2, 0)).isEqualTo(13.0);
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 0, 0", "-0.5, 0, 0", "0.50000006, 1, 1", "-0.50000006, -1, -1", "1.5, 1, 2",
    "2.5, 1, 2", "-2.5, -1, -2", "-0.0, 0, 0", "127.5, 1, 127", "126.5, 1, 126",
    "-128.5, -1, -128", "-1e30, -1, -128", "3.4e38, 1, 127", "NaN, 0, 0", "Infinity, 1, 127"
  })
  void roundingIsHalfToEvenThenClipped(float value, byte trit, byte code) {
    float[] x = {value};
    byte[] out = new byte[1];
    kernels.ternarizeRounding(x, 0, 1, 1f, out, 0);
    assertThat(out[0]).isEqualTo(trit);
    kernels.quantizeInt8(x, 0, 1, 1f, out, 0);
    assertThat(out[0]).isEqualTo(code);
    kernels.packRounding(x, 0, 1, 1f, MemorySegment.ofArray(out), 0);
    assertThat(out[0]).isEqualTo((byte) (0b01_01_01_00 | trit + 1));
  }

  @Test
  void aValueOnTheThresholdIsZero() {
    float[] x = {0.25f, Math.nextUp(0.25f), -0.25f, Math.nextDown(-0.25f), Float.NaN, 0f};
    byte[] trits = new byte[6];
    kernels.ternarizeThreshold(x, 0, 6, 0.25f, trits, 0);
    assertThat(trits).containsExactly(0, 1, 0, -1, 0, 0);
  }

  @Test
  void codesAreThoseOfTheHubTensor() {
    for (int columns = 1; columns <= 40; columns++) {
      byte[] trits = KernelInputs.trits(columns, columns);
      try (TernaryTensor tensor =
          TernaryTensor.allocate(
              "w", TensorShape.of(1, columns), new Granularity.PerTensor(), false)) {
        tensor.writeRow(0, trits, 0);
        byte[] codes = new byte[(int) tensor.rowBytes()];
        kernels.packTwoBit(trits, 0, columns, MemorySegment.ofArray(codes), 0);
        assertThat(MemorySegment.ofArray(codes).mismatch(tensor.codes())).isEqualTo(-1);
      }
    }
  }
}
