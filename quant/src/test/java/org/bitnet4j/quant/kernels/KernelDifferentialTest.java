package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The path of this run against the scalar reference, bit for bit. The build runs it once per
/// vector width and once without the Vector API.
@Tag("kernels")
class KernelDifferentialTest {
  private static final int LONGEST = 300;

  /// Elements before and after the range, which no kernel may write.
  private static final int GUARD = 9;

  private static final byte UNTOUCHED = 0x5A;

  private final TernaryKernels kernels = TernaryKernels.of(everyLength());
  private final TernaryKernels reference = TernaryKernels.scalar();

  /// The vector path from the first element on.
  private static SimdConfig everyLength() {
    return new SimdConfig(true, false, false, false, 1, 16, false, 8, true, Map.of());
  }

  @ParameterizedTest
  @EnumSource
  void statisticsHaveTheReferencesBits(KernelInputs inputs) {
    float[] x = inputs.values(1, LONGEST + GUARD);
    for (int count = 0; count <= LONGEST; count++) {
      int offset = count % (GUARD + 1);
      assertThat(Double.doubleToRawLongBits(kernels.sum(x, offset, count)))
          .as("sum of %s", count)
          .isEqualTo(Double.doubleToRawLongBits(reference.sum(x, offset, count)));
      assertThat(Double.doubleToRawLongBits(kernels.absSum(x, offset, count)))
          .as("absSum of %s", count)
          .isEqualTo(Double.doubleToRawLongBits(reference.absSum(x, offset, count)));
      assertThat(Double.doubleToRawLongBits(kernels.squaredDeviationSum(x, offset, count, 0.3)))
          .as("squaredDeviationSum of %s", count)
          .isEqualTo(
              Double.doubleToRawLongBits(reference.squaredDeviationSum(x, offset, count, 0.3)));
      assertThat(kernels.absMax(x, offset, count))
          .as("absMax of %s", count)
          .isEqualTo(reference.absMax(x, offset, count));
      assertThat(kernels.firstNonFinite(x, offset, count)).as("finite %s", count).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void statisticsOfManyBlocksHaveTheReferencesBits(KernelInputs inputs) {
    float[] x = inputs.values(2, 20_011);
    for (int offset : new int[] {0, 1, 13}) {
      int count = x.length - offset;
      assertThat(kernels.sum(x, offset, count)).isEqualTo(reference.sum(x, offset, count));
      assertThat(kernels.absSum(x, offset, count)).isEqualTo(reference.absSum(x, offset, count));
      assertThat(kernels.squaredDeviationSum(x, offset, count, -1e-3))
          .isEqualTo(reference.squaredDeviationSum(x, offset, count, -1e-3));
      assertThat(kernels.absMax(x, offset, count)).isEqualTo(reference.absMax(x, offset, count));
    }
  }

  @Test
  void theFirstNonFiniteElementIsFoundWhereverItStands() {
    float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (int count = 1; count <= 100; count++) {
      for (int at = 0; at < count; at += 1 + count / 16) {
        float[] x = new float[GUARD + count];
        Arrays.fill(x, Float.MAX_VALUE);
        x[GUARD + at] = bad[at % bad.length];
        x[GUARD + count - 1] = bad[(at + 1) % bad.length];
        assertThat(kernels.firstNonFinite(x, GUARD, count)).as("%s of %s", at, count).isEqualTo(at);
        assertThat(Double.isFinite(kernels.absSum(x, GUARD, count))).isFalse();
      }
    }
  }

  @Test
  void absMaxOfNanIsNan() {
    for (int count = 1; count <= 70; count++) {
      float[] x = KernelInputs.GAUSSIAN.values(3, count);
      x[count / 2] = Float.intBitsToFloat(0xFFC0_1234);
      assertThat(kernels.absMax(x, 0, count)).isNaN();
      assertThat(reference.absMax(x, 0, count)).isNaN();
    }
  }

  @ParameterizedTest
  @EnumSource
  void elementwiseOperationsHaveTheReferencesBytes(KernelInputs inputs) {
    float[] x = inputs.values(4, LONGEST + GUARD);
    for (int count = 0; count <= LONGEST; count++) {
      int from = count % (GUARD + 1);
      int n = count;
      for (float scale : new float[] {2f, 60f, 1e-5f, 1e30f}) {
        assertSameBytes(
            n, n, (k, out, at) -> k.ternarizeRounding(x, from, n, scale, out, at), "rounding");
        assertSameBytes(n, n, (k, out, at) -> k.quantizeInt8(x, from, n, scale, out, at), "int8");
        assertSameBytes(
            n,
            (n + 3) / 4,
            (k, out, at) -> k.packRounding(x, from, n, scale, MemorySegment.ofArray(out), at),
            "packRounding");
      }
      for (float threshold : new float[] {0f, 0.25f, Float.MAX_VALUE}) {
        assertSameBytes(
            n,
            n,
            (k, out, at) -> k.ternarizeThreshold(x, from, n, threshold, out, at),
            "threshold");
      }
    }
  }

  @Test
  void packingIsTheReferencesAndUnpackingItsInverse() {
    byte[] trits = KernelInputs.trits(5, LONGEST + GUARD);
    for (int count = 0; count <= LONGEST; count++) {
      int from = count % (GUARD + 1);
      int n = count;
      byte[] codes =
          assertSameBytes(
              n,
              (n + 3) / 4,
              (k, out, at) -> k.packTwoBit(trits, from, n, MemorySegment.ofArray(out), at),
              "packTwoBit");
      byte[] back =
          assertSameBytes(
              n,
              n,
              (k, out, at) -> k.unpackTwoBit(MemorySegment.ofArray(codes), GUARD, n, out, at),
              "unpackTwoBit");
      assertThat(Arrays.copyOfRange(back, GUARD, GUARD + n))
          .isEqualTo(Arrays.copyOfRange(trits, from, from + n));
    }
  }

  @Test
  void everyValueThatIsNoTritIsRefusedWhereverItStands() {
    for (int value = Byte.MIN_VALUE; value <= Byte.MAX_VALUE; value++) {
      byte bad = (byte) value;
      for (int count : new int[] {1, 64, 131}) {
        byte[] trits = new byte[count];
        int at = Math.floorMod(value * 7, count);
        trits[at] = bad;
        MemorySegment codes = MemorySegment.ofArray(new byte[count]);
        if (bad >= -1 && bad <= 1) {
          kernels.packTwoBit(trits, 0, count, codes, 0);
        } else {
          assertThatThrownBy(() -> kernels.packTwoBit(trits, 0, count, codes, 0))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("[" + bad + "] at index " + at);
        }
      }
    }
  }

  /// Rounding over the whole range of float32: every 4099th bit pattern, and all neighbours of the
  /// values that decide.
  @Test
  void roundingEqualsRintOverTheRangeOfFloat() {
    int sampled = 1 << 20; // times 4099 covers all 2^32 patterns evenly
    float[] x = new float[sampled];
    for (int i = 0; i < sampled; i++) {
      x[i] = Float.intBitsToFloat(i * 4099);
    }
    int next = 0;
    for (int half = -520; half <= 520; half++) {
      float centre = half / 4f;
      for (int ulps = -3; ulps <= 3; ulps++) {
        x[next++] = Float.intBitsToFloat(Float.floatToRawIntBits(centre) + ulps);
      }
    }
    for (float scale : new float[] {1f, 3f, 1e-3f}) {
      byte[] trits = new byte[sampled];
      byte[] codes = new byte[sampled];
      kernels.ternarizeRounding(x, 0, sampled, scale, trits, 0);
      kernels.quantizeInt8(x, 0, sampled, scale, codes, 0);
      for (int i = 0; i < sampled; i++) {
        double rounded = Math.rint(x[i] * scale);
        if (trits[i] != (byte) Math.max(-1, Math.min(1, rounded))
            || codes[i] != (byte) Math.max(-128, Math.min(127, rounded))) {
          assertThat(trits[i]).as("trit of %s * %s", x[i], scale).isEqualTo((byte) rounded);
          assertThat(codes[i]).as("code of %s * %s", x[i], scale).isEqualTo((byte) rounded);
        }
      }
    }
  }

  @Test
  void rangesOutsideAreRefusedBeforeAnythingIsWritten() {
    SplittableRandom random = new SplittableRandom(6);
    float[] x = new float[100];
    for (int i = 0; i < 200; i++) {
      int offset = random.nextInt(-20, 120);
      int count = random.nextInt(2) == 0 ? Integer.MAX_VALUE : 101 - Math.max(0, offset);
      byte[] out = new byte[100];
      assertThatThrownBy(() -> kernels.absSum(x, offset, count))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.ternarizeRounding(x, 0, 100, 1, out, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.packRounding(x, 0, 100, 1, MemorySegment.ofArray(out), 76))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(out).containsOnly(0);
    }
  }

  private interface Writer {
    void write(TernaryKernels kernels, byte[] out, int at);
  }

  /// Runs both paths into guarded arrays and returns the path's array.
  private byte[] assertSameBytes(int count, int bytes, Writer writer, String what) {
    byte[] actual = guarded(bytes);
    byte[] expected = guarded(bytes);
    writer.write(kernels, actual, GUARD);
    writer.write(reference, expected, GUARD);
    if (!Arrays.equals(actual, expected)) {
      assertThat(actual).as("%s of %s", what, count).isEqualTo(expected);
    }
    for (int i = 0; i < GUARD; i++) {
      assertThat(actual[i]).isEqualTo(UNTOUCHED);
      assertThat(actual[GUARD + bytes + i]).isEqualTo(UNTOUCHED);
    }
    return actual;
  }

  private static byte[] guarded(int bytes) {
    byte[] array = new byte[GUARD + bytes + GUARD];
    Arrays.fill(array, UNTOUCHED);
    return array;
  }
}
