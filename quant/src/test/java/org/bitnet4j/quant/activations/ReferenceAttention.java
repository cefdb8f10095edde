package org.bitnet4j.quant.activations;

/// Attention in double, written for reading: one query and head at a time.
final class ReferenceAttention {
  private ReferenceAttention() {}

  static double[] apply(AttentionShape shape, float[] query, float[] key, float[] value) {
    int d = shape.headDim();
    double[] output = new double[query.length];
    for (int i = 0; i < shape.queries(); i++) {
      for (int h = 0; h < shape.heads(); h++) {
        int kvHead = h * shape.kvHeads() / shape.heads();
        double[] weight = new double[shape.keys()];
        double sum = 0;
        for (int j = 0; j < shape.keys(); j++) {
          boolean hidden = shape.causal() && j > shape.offset() + i;
          double score = 0;
          for (int c = 0; c < d; c++) {
            score +=
                (double) query[(i * shape.heads() + h) * d + c]
                    * key[(j * shape.kvHeads() + kvHead) * d + c];
          }
          weight[j] = hidden ? 0 : Math.exp(score * shape.scale());
          sum += weight[j];
        }
        for (int j = 0; j < shape.keys(); j++) {
          for (int c = 0; c < d; c++) {
            output[(i * shape.heads() + h) * d + c] +=
                weight[j] / sum * value[(j * shape.kvHeads() + kvHead) * d + c];
          }
        }
      }
    }
    return output;
  }

  /// Squared error over squared magnitude.
  static double nmse(double[] expected, float[] actual) {
    double error = 0;
    double power = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(expected[i] - actual[i], 2);
      power += expected[i] * expected[i];
    }
    return error / power;
  }
}
