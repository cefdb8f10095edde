package org.bitnet4j.quant.activations;

import java.util.Arrays;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.jspecify.annotations.Nullable;

/// Softmax attention, softmax(q·kᵀ·scale)·v, with the quantization steps of an
/// [AttentionQuantizationConfig], for grouped query heads too.
///
/// In order, for each query and head:
/// 1. `quantizeQuery`, `quantizeKey`, `quantizeValue`: absmax int8 per token and head; a product of
///    two quantized rows is exact in int32.
/// 2. `scoreClipThreshold`: scores as softmax sees them, after the scale, are clamped to ±t.
/// 3. Softmax in double over the visible keys.
/// 4. `sparsityThreshold`: probabilities below t are dropped and the others renormalised. The
///    largest always stays, so a diffuse row is not emptied.
/// 5. `quantizeScores`: codes c = rint(p·255 / max p), p ← c / Σc: an 8-bit grid scaled per row,
///    since with a fixed step of 1/255 a long diffuse row would round to nothing.
/// 6. The weighted sum of values in double.
/// 7. `quantizeOutput`: absmax int8 per token, over all heads.
///
/// With `causalOptimization` keys that the mask hides are never touched; without it their scores
/// are computed, set to −∞ and carried along. The result is the same to the bit.
///
/// All sums run in key or feature order, and the exponential is `StrictMath.exp`: results do not
/// depend on machine or thread. Stateless, safe for many threads.
public final class QuantizedAttention {
  private static final double SCORE_LEVELS = 255;

  private final AttentionQuantizationConfig config;

  private QuantizedAttention(AttentionQuantizationConfig config) {
    this.config = config;
  }

  /// Attention with the steps of a configuration.
  ///
  /// @param config which steps
  /// @throws ConfigValidationException for a threshold out of its range
  public static QuantizedAttention of(AttentionQuantizationConfig config) {
    config.validate();
    return new QuantizedAttention(config);
  }

  /// Attention in floating point: no step at all.
  public static QuantizedAttention exact() {
    return new QuantizedAttention(
        new AttentionQuantizationConfig(false, false, false, false, false, null, false, null));
  }

  /// The steps.
  public AttentionQuantizationConfig config() {
    return config;
  }

  /// Attends.
  ///
  /// @param layer name of the layer, for messages
  /// @param shape the dimensions
  /// @param query [queries, heads, headDim]
  /// @param key [keys, kvHeads, headDim]
  /// @param value [keys, kvHeads, headDim]
  /// @throws InvalidTensorException for NaN, an infinity, or a count that does not fit the shape;
  ///   it names the layer and `.query`, `.key` or `.value`
  public AttentionResult apply(
      String layer, AttentionShape shape, float[] query, float[] key, float[] value) {
    long queryRows = (long) shape.queries() * shape.heads();
    long keyRows = (long) shape.keys() * shape.kvHeads();
    check(layer + ".query", query, queryRows, shape.headDim());
    check(layer + ".key", key, keyRows, shape.headDim());
    check(layer + ".value", value, keyRows, shape.headDim());
    return new Call(shape, query, key, value).run();
  }

  private static void check(String name, float[] values, long rows, int columns) {
    FloatChecks.requireShape(name, values, rows, columns);
    FloatChecks.requireFinite(name, values);
  }

  /// One call: its operands, the row at work and the counters.
  private final class Call {
    private final AttentionShape shape;
    private final AttentionOperand queries;
    private final AttentionOperand keys;
    private final AttentionOperand values;
    private final float[] output;
    private final double[] row;
    private final double[] sums;
    private long scoresComputed;
    private long multiplyAdds;
    private long clippedScores;
    private long probabilities;
    private long dropped;
    private double droppedMass;

    Call(AttentionShape shape, float[] query, float[] key, float[] value) {
      int headDim = shape.headDim();
      int keyRows = shape.keys() * shape.kvHeads();
      this.shape = shape;
      this.queries =
          AttentionOperand.of(
              query, shape.queries() * shape.heads(), headDim, config.quantizeQuery());
      this.keys = AttentionOperand.of(key, keyRows, headDim, config.quantizeKey());
      this.values = AttentionOperand.of(value, keyRows, headDim, config.quantizeValue());
      this.output = new float[query.length];
      this.row = new double[shape.keys()];
      this.sums = new double[headDim];
    }

    AttentionResult run() {
      for (int query = 0; query < shape.queries(); query++) {
        for (int head = 0; head < shape.heads(); head++) {
          attend(query, head);
        }
      }
      long rows = (long) shape.queries() * shape.heads();
      AttentionStatistics statistics =
          new AttentionStatistics(
              scoresComputed,
              multiplyAdds,
              clippedScores,
              probabilities,
              dropped,
              droppedMass / rows);
      if (!config.quantizeOutput()) {
        return new AttentionResult(output, null, statistics);
      }
      QuantizedActivations codes =
          ActivationEncoder.absmax8()
              .encodeByAbsmax(output, shape.queries(), shape.heads() * shape.headDim());
      return new AttentionResult(codes.dequantize(), codes, statistics);
    }

    private void attend(int query, int head) {
      int kvHead = head / (shape.heads() / shape.kvHeads());
      int visible = shape.visible(query);
      int touched = config.causalOptimization() ? visible : shape.keys();
      score(query * shape.heads() + head, kvHead, visible, touched);
      softmax(touched);
      probabilities += visible;
      drop(visible);
      quantize(touched);
      weigh(query * shape.heads() + head, kvHead, touched);
    }

    private void score(int queryRow, int kvHead, int visible, int touched) {
      double limit = limit(config.scoreClipThreshold());
      for (int key = 0; key < touched; key++) {
        double score = queries.dot(queryRow, keys, key * shape.kvHeads() + kvHead) * shape.scale();
        scoresComputed++;
        multiplyAdds += shape.headDim();
        if (key >= visible) {
          row[key] = Double.NEGATIVE_INFINITY;
        } else {
          clippedScores += Math.abs(score) > limit ? 1 : 0;
          row[key] = Math.clamp(score, -limit, limit);
        }
      }
    }

    private double limit(@Nullable Double threshold) {
      return threshold == null ? Double.POSITIVE_INFINITY : threshold;
    }

    private void softmax(int touched) {
      double maximum = maximum(touched);
      double sum = 0;
      for (int key = 0; key < touched; key++) {
        row[key] = StrictMath.exp(row[key] - maximum);
        sum += row[key];
      }
      for (int key = 0; key < touched; key++) {
        row[key] /= sum;
      }
    }

    private double maximum(int touched) {
      double maximum = row[0];
      for (int key = 1; key < touched; key++) {
        maximum = Math.max(maximum, row[key]);
      }
      return maximum;
    }

    private void drop(int visible) {
      Double threshold = config.sparsityThreshold();
      if (threshold == null) {
        return;
      }
      double smallest = Math.min(threshold, maximum(visible));
      double kept = 0;
      double lost = 0;
      for (int key = 0; key < visible; key++) {
        if (row[key] < smallest) {
          lost += row[key];
          row[key] = 0;
          dropped++;
        } else {
          kept += row[key];
        }
      }
      for (int key = 0; key < visible; key++) {
        row[key] /= kept;
      }
      droppedMass += lost;
    }

    private void quantize(int touched) {
      if (!config.quantizeScores()) {
        return;
      }
      double perCode = SCORE_LEVELS / maximum(touched);
      long sum = 0;
      for (int key = 0; key < touched; key++) {
        row[key] = Math.rint(row[key] * perCode);
        sum += (long) row[key];
      }
      for (int key = 0; key < touched; key++) {
        row[key] /= sum;
      }
    }

    private void weigh(int queryRow, int kvHead, int touched) {
      Arrays.fill(sums, 0);
      boolean sparse = config.sparsityThreshold() != null;
      for (int key = 0; key < touched; key++) {
        if (sparse && row[key] == 0) {
          continue;
        }
        values.addWeighted(key * shape.kvHeads() + kvHead, row[key], sums);
        multiplyAdds += shape.headDim();
      }
      for (int i = 0; i < sums.length; i++) {
        output[queryRow * sums.length + i] = (float) sums[i];
      }
    }
  }
}
