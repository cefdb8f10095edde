package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.bitnet4j.quant.activations.ActivationQuantizer;
import org.bitnet4j.quant.activations.QuantizedActivations;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The element-wise operations against their definitions in double.
@Tag("kernels")
class ElementAccuracyTest {
  private static final double NMSE = 1e-12;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ElementKernels kernels = ElementKernels.of(ElementDifferentialTest.everyLength());

  /// All patterns would be 2^32: every 1021st, and every one where results become subnormal or
  /// infinite.
  @Test
  void expIsWithinOneUlp() {
    int next = 0;
    float[] x = new float[1 << 22];
    for (; next < 1 << 21; next++) {
      float value = Float.intBitsToFloat(next * 1021 * 2);
      x[next] = Math.abs(value) <= 104 ? value : value % 104f;
    }
    for (float edge : new float[] {88.722_84f, -87.336_54f, -103.972_08f, 0, 0.346_573_6f}) {
      for (int ulps = -1000; ulps <= 1000; ulps++) {
        x[next++] = Float.intBitsToFloat(Float.floatToRawIntBits(edge) + ulps);
      }
    }
    SplittableRandom random = new SplittableRandom(1);
    while (next < x.length) {
      x[next++] = (float) (random.nextDouble() * 193 - 104);
    }
    float[] y = x.clone();
    kernels.exp(y, 0, y.length);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      if (Float.isNaN(x[i])) {
        assertThat(y[i]).isNaN();
        continue;
      }
      double exact = StrictMath.exp(x[i]);
      float nearest = (float) exact;
      double error =
          nearest == y[i]
              ? 0
              : Math.abs(y[i] - exact) / Math.ulp(Math.min(nearest, Float.MAX_VALUE));
      if (error > worst) {
        worst = error;
        assertThat(error).as("ulp of exp(%s) = %s", x[i], y[i]).isLessThanOrEqualTo(1);
      }
    }
    assertThat(worst).isPositive();
  }

  @Test
  void everyBinary16IsWhatTheJdkMakesOfIt() {
    short[] halves = new short[1 << 16];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = (short) i;
    }
    MemorySegment memory = MemorySegment.ofArray(new byte[halves.length * 2]);
    MemorySegment.copy(halves, 0, memory, SHORT, 0, halves.length);
    float[] x = new float[halves.length];
    kernels.fromFloat16(memory, 0, x.length, x, 0);
    for (int i = 0; i < x.length; i++) {
      assertThat(Float.floatToIntBits(x[i]))
          .isEqualTo(Float.floatToIntBits(Float.float16ToFloat((short) i)));
    }
    MemorySegment back = MemorySegment.ofArray(new byte[halves.length * 2]);
    kernels.toFloat16(x, 0, x.length, back, 0);
    for (int i = 0; i < x.length; i++) {
      short half = back.get(SHORT, 2L * i);
      if (Float.isNaN(x[i])) {
        assertThat(Float.float16ToFloat(half)).isNaN();
      } else {
        assertThat(half).isEqualTo((short) i);
      }
    }
  }

  @Test
  void everyBfloat16ComesBack() {
    MemorySegment memory = MemorySegment.ofArray(new byte[2 << 16]);
    for (int i = 0; i < 1 << 16; i++) {
      memory.set(SHORT, 2L * i, (short) i);
    }
    float[] x = new float[1 << 16];
    kernels.fromBfloat16(memory, 0, x.length, x, 0);
    MemorySegment back = MemorySegment.ofArray(new byte[2 << 16]);
    kernels.toBfloat16(x, 0, x.length, back, 0);
    for (int i = 0; i < x.length; i++) {
      assertThat(Float.floatToRawIntBits(x[i])).isEqualTo(i << 16);
      short half = back.get(SHORT, 2L * i);
      assertThat(half).isEqualTo((short) (Float.isNaN(x[i]) ? i | 0x40 : i));
    }
  }

  /// Values between two halves: the nearest is taken, of two as near the even one.
  @Test
  void conversionsRoundHalfToEven() {
    SplittableRandom random = new SplittableRandom(2);
    float[] x = new float[1 << 18];
    for (int i = 0; i < x.length; i++) {
      int bits = random.nextInt();
      // Beside and on the ties of binary16 and of bfloat16.
      x[i] =
          Float.intBitsToFloat(
              switch (i % 5) {
                case 0 -> bits;
                case 1 -> (bits & 0xBFFF_E000) | 0x1000;
                case 2 -> (bits & 0xBFFF_0000) | 0x8000;
                case 3 -> (bits & 0xBFFF_E000) | 0x1001;
                default -> (bits & 0xB8FF_FFFF) | 0x3800_0000;
              });
    }
    MemorySegment float16 = MemorySegment.ofArray(new byte[2 * x.length]);
    MemorySegment bfloat16 = MemorySegment.ofArray(new byte[2 * x.length]);
    kernels.toFloat16(x, 0, x.length, float16, 0);
    kernels.toBfloat16(x, 0, x.length, bfloat16, 0);
    for (int i = 0; i < x.length; i++) {
      if (Float.isNaN(x[i])) {
        continue;
      }
      short half = float16.get(SHORT, 2L * i);
      short upper = bfloat16.get(SHORT, 2L * i);
      if (half != Float.floatToFloat16(x[i]) || upper != nearestBfloat16(x[i])) {
        assertThat(half).as("binary16 of %s", x[i]).isEqualTo(Float.floatToFloat16(x[i]));
        assertThat(upper).as("bfloat16 of %s", x[i]).isEqualTo(nearestBfloat16(x[i]));
      }
    }
  }

  /// By comparison of the two neighbours, infinity counting as 2^128.
  private static short nearestBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    short down = (short) (bits >>> 16);
    short up = (short) (down + 1);
    double below = Math.abs(value) - magnitude(down);
    double above = magnitude(up) - Math.abs(value);
    return below < above || (below == above && (down & 1) == 0) ? down : up;
  }

  private static double magnitude(short half) {
    float value = Math.abs(Bfloat16.toFloat(half));
    return Float.isInfinite(value) ? 0x1p128 : value;
  }

  @ParameterizedTest
  @EnumSource
  void activationsAreQuantizedAsTheActivationQuantizerDoes(KernelInputs inputs) {
    int rows = 12;
    int columns = 331;
    float[] x = inputs.values(3, rows * columns);
    QuantizedActivations quantized =
        ActivationQuantizer.of(ActivationQuantizationConfig.bitnet()).quantize(x, rows, columns);
    byte[] codes = new byte[x.length];
    for (int row = 0; row < rows; row++) {
      float multiplier = kernels.quantizeAbsmax(x, row * columns, columns, codes, row * columns);
      assertThat(multiplier).isEqualTo(1 / quantized.scale(row));
    }
    assertThat(codes).isEqualTo(quantized.codes());
  }

  @Test
  void anActivationThatIsNoNumberIsTold() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at = 0; at < 70; at++) {
        float[] x = KernelInputs.GAUSSIAN.values(4, 70);
        x[at] = bad;
        byte[] codes = new byte[70];
        assertThat(kernels.quantizeAbsmax(x, 0, 70, codes, 0)).isNaN();
        assertThat(codes).containsOnly(0);
        assertThat(kernels.firstNonFinite(x, 0, 70)).isEqualTo(at);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 100, 2560, 6912})
  void rmsNormIsItsDefinition(int count) {
    float[] x = KernelInputs.GAUSSIAN.values(5, count);
    float[] weight = KernelInputs.TIES.values(6, count);
    float[] out = new float[count];
    kernels.rmsNorm(x, 0, count, weight, 1e-5f, out, 0);
    double squares = 0;
    for (float value : x) {
      squares += (double) value * value;
    }
    double factor = 1 / Math.sqrt(squares / count + 1e-5f);
    double[] expected = new double[count];
    for (int i = 0; i < count; i++) {
      expected[i] = x[i] * factor * weight[i];
    }
    assertThat(nmse(expected, out)).isLessThanOrEqualTo(NMSE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 128, 4096})
  void softmaxIsItsDefinition(int count) {
    float[] x = KernelInputs.GAUSSIAN.values(7, count);
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      x[i] *= 300;
      most = Math.max(most, x[i]);
    }
    double[] expected = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      expected[i] = StrictMath.exp(x[i] - most);
      sum += expected[i];
    }
    for (int i = 0; i < count; i++) {
      expected[i] /= sum;
    }
    kernels.softmax(x, 0, count);
    assertThat(nmse(expected, x)).isLessThanOrEqualTo(NMSE);
  }

  @Test
  void maskedScoresBecomeZero() {
    float[] x = KernelInputs.GAUSSIAN.values(8, 50);
    for (int i = 20; i < 50; i++) {
      x[i] = Float.NEGATIVE_INFINITY;
    }
    float[] kept = java.util.Arrays.copyOf(x, 20);
    kernels.softmax(x, 0, 50);
    kernels.softmax(kept, 0, 20);
    for (int i = 0; i < 50; i++) {
      assertThat(x[i]).isEqualTo(i < 20 ? kept[i] : 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 80, 96, 100, 128, 256})
  void rotationIsItsDefinition(int headSize) {
    int heads = 5;
    int half = headSize / 2;
    float[] x = KernelInputs.TIES.values(9, heads * headSize);
    float[] cos = new float[half];
    float[] sin = new float[half];
    double[] expected = new double[x.length];
    for (int i = 0; i < half; i++) {
      double angle = 3917 * StrictMath.pow(500_000, -2.0 * i / headSize);
      cos[i] = (float) StrictMath.cos(angle);
      sin[i] = (float) StrictMath.sin(angle);
      for (int at = i; at < x.length; at += headSize) {
        expected[at] = x[at] * StrictMath.cos(angle) - x[at + half] * StrictMath.sin(angle);
        expected[at + half] = x[at + half] * StrictMath.cos(angle) + x[at] * StrictMath.sin(angle);
      }
    }
    kernels.rotate(x, 0, heads, headSize, headSize, cos, sin, 0);
    assertThat(nmse(expected, x)).isLessThanOrEqualTo(NMSE);
  }

  @Test
  void activationFunctionsAreTheirDefinitions() {
    int count = 20_000;
    float[] gate = new float[count];
    float[] up = KernelInputs.TIES.values(10, count);
    for (int i = 0; i < count; i++) {
      gate[i] = (i - count / 2) / 500f;
    }
    float[] out = new float[count];
    kernels.siluTimes(gate, 0, up, 0, count, out, 0);
    assertClose(gate, up, out, x -> x / (1 + Math.exp(-x)));
    kernels.reluSquaredTimes(gate, 0, up, 0, count, out, 0);
    assertClose(gate, up, out, x -> x > 0 ? x * x : 0);
    kernels.geluTimes(gate, 0, up, 0, count, out, 0);
    assertClose(
        gate,
        up,
        out,
        x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
  }

  /// Within some ulps, or, where the definition itself cancels, a millionth of one.
  private static void assertClose(
      float[] gate, float[] up, float[] out, DoubleUnaryOperator definition) {
    for (int i = 0; i < out.length; i++) {
      double expected = definition.applyAsDouble(gate[i]) * up[i];
      assertThat(Math.abs(out[i] - expected))
          .as("of %s", gate[i])
          .isLessThanOrEqualTo(
              1e-6 * Math.abs(expected) + 1e-6 * Math.abs(up[i]) + Float.MIN_VALUE);
    }
  }

  private static double nmse(double[] expected, float[] actual) {
    double error = 0;
    double power = 0;
    for (int i = 0; i < expected.length; i++) {
      error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      power += expected[i] * expected[i];
    }
    return power == 0 ? error : error / power;
  }
}
