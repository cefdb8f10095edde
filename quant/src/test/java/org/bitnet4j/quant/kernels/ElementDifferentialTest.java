package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The element-wise operations of this run's path against the scalar reference, bit for bit. The
/// build runs it once per vector width and once without the Vector API.
@Tag("kernels")
class ElementDifferentialTest {
  private static final int LONGEST = 300;

  /// Elements before and after a range, which no kernel may write.
  private static final int GUARD = 9;

  private static final float UNTOUCHED = -7.25f;

  /// Values where formulas change: zeros, infinities, overflow and underflow of e^x and of halves.
  private static final float[] EDGES = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    88.7f,
    88.73f,
    89f,
    -87.4f,
    -103.9f,
    -104f,
    -104.1f,
    65504f,
    65519.996f,
    65520f,
    -65520f,
    0x1p-14f,
    0x1p-24f,
    0x1p-25f,
    0x1.8p-25f,
    -0x1.fffp-15f,
    20f,
    -20f,
    0.5f
  };

  static SimdConfig everyLength() {
    return new SimdConfig(true, false, false, false, 1, 16, false, 8, true, Map.of());
  }

  private final ElementKernels kernels = ElementKernels.of(everyLength());
  private final ElementKernels reference = ElementKernels.scalar();

  /// An operation on `count` elements of two inputs.
  interface Operation {
    void run(ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out);
  }

  /// Every operation; results at [#GUARD] of `out`.
  enum Operations implements Operation {
    RMS_NORM {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        float[] weight = Arrays.copyOfRange(y, yo, yo + n);
        kernels.rmsNorm(x, xo, n, weight, 1e-5f, out, GUARD);
      }
    },
    ROTATE {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        System.arraycopy(x, xo, out, GUARD, n);
        int heads = n % 3 + 1;
        int size = n / heads;
        kernels.rotate(out, GUARD, heads, size, size / 4 * 2, y, x, yo);
        kernels.rotate(out, GUARD, heads, size, size / 2 * 2, x, y, 1);
      }
    },
    SOFTMAX {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        System.arraycopy(x, xo, out, GUARD, n);
        kernels.softmax(out, GUARD, n);
      }
    },
    EXP {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        System.arraycopy(x, xo, out, GUARD, n);
        kernels.exp(out, GUARD, n);
      }
    },
    SILU {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        kernels.siluTimes(x, xo, y, yo, n, out, GUARD);
      }
    },
    RELU_SQUARED {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        kernels.reluSquaredTimes(x, xo, y, yo, n, out, GUARD);
      }
    },
    GELU {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        kernels.geluTimes(x, xo, y, yo, n, out, GUARD);
      }
    },
    ADD_AND_SCALE {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        System.arraycopy(x, xo, out, GUARD, n);
        kernels.add(out, GUARD, y, yo, n);
        kernels.scale(out, GUARD, n, 0.3f);
      }
    },
    FLOAT16 {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        MemorySegment halves = MemorySegment.ofArray(new byte[2 * n + 3]);
        kernels.toFloat16(x, xo, n, halves, 3);
        kernels.fromFloat16(halves, 3, n, out, GUARD);
      }
    },
    BFLOAT16 {
      @Override
      public void run(
          ElementKernels kernels, float[] x, int xo, float[] y, int yo, int n, float[] out) {
        MemorySegment halves = MemorySegment.ofArray(new byte[2 * n + 3]);
        kernels.toBfloat16(x, xo, n, halves, 3);
        kernels.fromBfloat16(halves, 3, n, out, GUARD);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationHasTheReferencesBits(Operations operation) {
    for (KernelInputs inputs : KernelInputs.values()) {
      float[] x = inputs.values(1, LONGEST + GUARD);
      float[] y = KernelInputs.GAUSSIAN.values(2, LONGEST + GUARD);
      assertSame(operation, inputs.name(), x, y);
    }
    float[] scores = KernelInputs.GAUSSIAN.values(3, LONGEST + GUARD);
    for (int i = 0; i < scores.length; i++) {
      scores[i] *= 500;
    }
    assertSame(operation, "scores", scores, KernelInputs.TIES.values(4, LONGEST + GUARD));
  }

  /// Every edge at every lane, among small numbers and among its like.
  @ParameterizedTest
  @EnumSource
  void edgesHaveTheReferencesBits(Operations operation) {
    float[] y = KernelInputs.TIES.values(5, LONGEST + GUARD);
    for (float edge : EDGES) {
      float[] x = KernelInputs.GAUSSIAN.values(6, LONGEST + GUARD);
      for (int i = 0; i < x.length; i += 17) {
        x[i] = edge;
      }
      assertSame(operation, "edge " + edge, x, y);
    }
    float[] all = new float[LONGEST + GUARD];
    for (int i = 0; i < all.length; i++) {
      all[i] = EDGES[i % EDGES.length];
    }
    assertSame(operation, "edges", all, y);
  }

  private void assertSame(Operations operation, String what, float[] x, float[] y) {
    for (int n = 0; n <= LONGEST; n += n < 70 ? 1 : 23) {
      int xo = n % (GUARD + 1);
      int yo = (n + 4) % (GUARD + 1);
      float[] actual = guarded(n);
      float[] expected = guarded(n);
      operation.run(kernels, x, xo, y, yo, n, actual);
      operation.run(reference, x, xo, y, yo, n, expected);
      for (int i = 0; i < actual.length; i++) {
        // floatToIntBits takes all NaN for one.
        if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
          assertThat(actual[i])
              .as("%s of %s, element %s of %s", operation, what, i - GUARD, n)
              .isEqualTo(expected[i]);
        }
      }
      for (int i = 0; i < GUARD; i++) {
        assertThat(actual[i]).isEqualTo(UNTOUCHED);
        assertThat(actual[GUARD + n + i]).isEqualTo(UNTOUCHED);
      }
    }
  }

  private static float[] guarded(int count) {
    float[] array = new float[GUARD + count + GUARD];
    Arrays.fill(array, UNTOUCHED);
    return array;
  }

  @ParameterizedTest
  @EnumSource
  void quantizedActivationsHaveTheReferencesBytes(KernelInputs inputs) {
    float[] x = inputs.values(7, LONGEST + GUARD);
    for (int n = 0; n <= LONGEST; n++) {
      byte[] actual = new byte[LONGEST + GUARD];
      byte[] expected = new byte[LONGEST + GUARD];
      float multiplier = kernels.quantizeAbsmax(x, n % GUARD, n, actual, 5);
      assertThat(reference.quantizeAbsmax(x, n % GUARD, n, expected, 5)).isEqualTo(multiplier);
      assertThat(actual).isEqualTo(expected);
    }
  }

  @Test
  void operationsMayWriteOverTheirInput() {
    float[] y = KernelInputs.TIES.values(8, LONGEST);
    float[] x = KernelInputs.TIES.values(9, LONGEST);
    float[] apart = new float[LONGEST];
    float[] inPlace = x.clone();
    kernels.siluTimes(x, 0, y, 0, LONGEST, apart, 0);
    kernels.siluTimes(inPlace, 0, y, 0, LONGEST, inPlace, 0);
    assertThat(inPlace).isEqualTo(apart);
    inPlace = x.clone();
    kernels.rmsNorm(x, 0, LONGEST, y, 1e-6f, apart, 0);
    kernels.rmsNorm(inPlace, 0, LONGEST, y, 1e-6f, inPlace, 0);
    assertThat(inPlace).isEqualTo(apart);
  }

  @Test
  void rangesOutsideAreRefusedBeforeAnythingIsWritten() {
    float[] x = new float[100];
    float[] out = new float[100];
    byte[] codes = new byte[100];
    MemorySegment halves = MemorySegment.ofArray(new byte[100]);
    Arrays.fill(x, 1);
    assertOutside(() -> kernels.siluTimes(x, 0, x, 0, 100, out, 1));
    assertOutside(() -> kernels.geluTimes(x, 1, x, 0, 100, out, 0));
    assertOutside(() -> kernels.reluSquaredTimes(x, 0, x, -1, 100, out, 0));
    assertOutside(() -> kernels.rmsNorm(x, 0, 100, new float[99], 0, out, 0));
    assertOutside(() -> kernels.add(out, 0, x, 1, 100));
    assertOutside(() -> kernels.scale(out, 0, 101, 2));
    assertOutside(() -> kernels.softmax(out, 1, 100));
    assertOutside(() -> kernels.exp(out, 1, Integer.MAX_VALUE));
    assertOutside(() -> kernels.rotate(out, 0, 3, 40, 40, x, x, 0));
    assertOutside(() -> kernels.rotate(out, 0, 2, 40, 40, x, x, 81));
    assertOutside(() -> kernels.toFloat16(x, 0, 51, halves, 0));
    assertOutside(() -> kernels.fromBfloat16(halves, 1, 50, out, 0));
    assertThatThrownBy(() -> kernels.rotate(out, 0, 1, 40, 41, x, x, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[41 of 40");
    assertThatThrownBy(() -> kernels.quantizeAbsmax(x, 0, 100, codes, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(out).containsOnly(0);
    assertThat(codes).containsOnly(0);
    assertThat(halves.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  private static void assertOutside(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
