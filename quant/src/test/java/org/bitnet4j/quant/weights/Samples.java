package org.bitnet4j.quant.weights;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// Seeded, structured weights: what real tensors and the corners of the formulas look like.
final class Samples {
  private Samples() {}

  static final List<String> KINDS =
      List.of("gaussian", "heavy", "sparse", "runs", "ternary", "tiny", "huge", "equal", "zero");

  static float[] of(String kind, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (kind) {
            case "gaussian" -> (float) (0.02 * random.nextGaussian());
            case "heavy" -> (float) Math.pow(random.nextGaussian(), 5);
            case "sparse" -> random.nextInt(10) == 0 ? (float) random.nextGaussian() : 0f;
            case "runs" -> (i / 7) % 3 - 1 + (float) (0.1 * random.nextGaussian());
            case "ternary" -> 0.7f * (random.nextInt(3) - 1);
            case "tiny" -> Float.MIN_VALUE * random.nextInt(-50, 50);
            case "huge" -> (float) (1e37 * random.nextGaussian());
            case "equal" -> random.nextBoolean() ? 0.25f : -0.25f;
            case "zero" -> 0f;
            default -> throw new IllegalArgumentException(kind);
          };
    }
    return values;
  }

  static TensorSource source(float[] values, int rows, int columns) {
    return TensorSource.of("w", TensorShape.of(rows, columns), values);
  }

  /// All values that a quantized tensor stands for.
  static float[] dequantized(QuantizedWeights weights) {
    TensorShape shape = weights.tensor().shape();
    float[] all = new float[(int) shape.elements()];
    for (int row = 0; row < shape.rows(); row++) {
      weights.tensor().dequantizeRow(row, all, row * shape.columns());
    }
    return all;
  }

  static double squaredError(float[] original, float[] approximation) {
    double error = 0;
    for (int i = 0; i < original.length; i++) {
      double difference = (double) original[i] - approximation[i];
      error += difference * difference;
    }
    return error;
  }

  static double energy(float[] values) {
    return squaredError(values, new float[values.length]);
  }

  static float[] slice(float[] values, int from, int count) {
    return Arrays.copyOfRange(values, from, from + count);
  }
}
