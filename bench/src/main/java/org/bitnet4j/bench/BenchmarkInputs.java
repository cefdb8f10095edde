package org.bitnet4j.bench;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Seeded inputs, and kernels of a wanted path.
final class BenchmarkInputs {
  private static final String WIDTH_PROPERTY = "bitnet4j.kernels.width";

  private BenchmarkInputs() {}

  /// Weights as a model has them: normal, σ = 0.02.
  static float[] weights(int count) {
    SplittableRandom random = new SplittableRandom(1);
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (float) (0.02 * random.nextGaussian());
    }
    return weights;
  }

  /// Uniform trits.
  static byte[] trits(int count) {
    SplittableRandom random = new SplittableRandom(2);
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return trits;
  }

  /// Activation codes over the whole of int8.
  static byte[] activations(int count) {
    byte[] activations = new byte[count];
    new SplittableRandom(3).nextBytes(activations);
    return activations;
  }

  /// A tensor of those trits, multiplier 1.
  static TernaryTensor tensor(int rows, int columns) {
    byte[] trits = trits(rows * columns);
    TernaryTensor tensor = zeros(rows, columns);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    return tensor;
  }

  /// A tensor without a trit that is not zero, multiplier 1.
  static TernaryTensor zeros(int rows, int columns) {
    TernaryTensor tensor =
        TernaryTensor.allocate(
            "weight", TensorShape.of(rows, columns), new Granularity.PerTensor(), false);
    tensor.scales().setMultiplier(0, 1);
    return tensor;
  }

  /// Kernels that run on the wanted path.
  ///
  /// @param path `scalar`, `128`, `256` or `512`
  static TernaryKernels kernels(String path) {
    return onPath(path, () -> TernaryKernels.of(SimdConfig.defaults()));
  }

  /// Float kernels that run on the wanted path.
  ///
  /// @param path `scalar`, `128`, `256` or `512`
  static ElementKernels elements(String path) {
    return onPath(path, () -> ElementKernels.of(SimdConfig.defaults()));
  }

  private static <T> T onPath(String path, Supplier<T> kernels) {
    String before = System.getProperty(WIDTH_PROPERTY);
    System.setProperty(WIDTH_PROPERTY, path);
    try {
      return kernels.get();
    } finally {
      if (before == null) {
        System.clearProperty(WIDTH_PROPERTY);
      } else {
        System.setProperty(WIDTH_PROPERTY, before);
      }
    }
  }

  /// The path as a table shows it.
  static String label(String path) {
    return path.equals("scalar") ? path : path + " bits";
  }

  /// Refuses floats of other bits.
  ///
  /// @param what they are
  static void requireSameBits(String what, float[] wanted, float[] found) {
    for (int i = 0; i < wanted.length; i++) {
      if (Float.floatToRawIntBits(wanted[i]) != Float.floatToRawIntBits(found[i])) {
        throw wrong(what, i, wanted[i], found[i]);
      }
    }
  }

  /// A refusal of a wrong answer.
  static IllegalStateException wrong(String what, long index, Object expected, Object found) {
    return new IllegalStateException(
        String.format(
            Locale.ROOT,
            "%s must be [%s] at index %d, got [%s]. No figure of it can be trusted.",
            what,
            expected,
            index,
            found));
  }
}
