package org.bitnet4j.bench;

import java.util.Locale;
import java.util.SplittableRandom;
import org.bitnet4j.quant.config.SimdConfig;
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

  /// Kernels that run on the wanted path.
  ///
  /// @param path `scalar`, `128`, `256` or `512`
  static TernaryKernels kernels(String path) {
    String before = System.getProperty(WIDTH_PROPERTY);
    System.setProperty(WIDTH_PROPERTY, path);
    try {
      return TernaryKernels.of(SimdConfig.defaults());
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
