package org.bitnet4j.formats.doctor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bitnet4j.quant.TensorShape;

/// A small model as training leaves it: some channels matter more than others, to every tensor that
/// reads or writes them, and so have more non-zero trits.
final class SampleModel {
  static final int HIDDEN = 256;
  static final int FFN = 384;
  static final int HEADS = 4;
  static final int KEY_HEADS = 2;
  static final int HEAD_DIM = 64;
  static final int LAYERS = 2;
  static final int VOCABULARY = 320;
  static final float SCALE = 0.02f;

  /// A ternary matrix.
  record Trits(TensorShape shape, float scale, ByteArray codes) {
    /// Trits as −1, 0, +1.
    byte[] values() {
      return codes.bytes();
    }

    Trits withScale(float other) {
      return new Trits(shape, other, codes);
    }

    Trits withValues(byte[] other) {
      return new Trits(shape, scale, new ByteArray(other));
    }
  }

  /// Bytes that may be a component of a record.
  static final class ByteArray {
    private final byte[] bytes;

    ByteArray(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes.clone();
    }
  }

  /// A float tensor.
  static final class Floats {
    private final TensorShape shape;
    private final float[] values;

    Floats(TensorShape shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    TensorShape shape() {
      return shape;
    }

    float[] values() {
      return values.clone();
    }
  }

  private static final SampleModel HEALTHY = new SampleModel(7, 0.5);

  private final Random random;
  private final int ffn;
  private final Map<String, Trits> trits = new LinkedHashMap<>();
  private final Map<String, Floats> floats = new LinkedHashMap<>();

  /// A model.
  ///
  /// @param seed of all values
  /// @param spread how much channels differ: 0 for not at all, 0.5 as in trained models
  SampleModel(long seed, double spread) {
    this(seed, spread, FFN);
  }

  /// A model of another width of the feed-forward part.
  SampleModel(long seed, double spread, int ffnWidth) {
    this.random = new Random(seed);
    this.ffn = ffnWidth;
    double[] hidden = weights(HIDDEN, spread);
    floats.put("model.embed_tokens.weight", matrix(VOCABULARY, hidden));
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "model.layers." + layer + ".";
      double[] heads = weights(HEADS * HEAD_DIM, spread);
      double[] keys = weights(KEY_HEADS * HEAD_DIM, spread);
      double[] inner = weights(ffn, spread);
      floats.put(at + "input_layernorm.weight", vector(hidden));
      trits.put(at + "self_attn.q_proj.weight", trits(weights(heads.length, spread), hidden));
      trits.put(at + "self_attn.k_proj.weight", trits(weights(keys.length, spread), hidden));
      trits.put(at + "self_attn.v_proj.weight", trits(keys, hidden));
      floats.put(at + "self_attn.attn_sub_norm.weight", vector(heads));
      trits.put(at + "self_attn.o_proj.weight", trits(hidden, heads));
      floats.put(at + "post_attention_layernorm.weight", vector(hidden));
      trits.put(at + "mlp.gate_proj.weight", trits(inner, hidden));
      trits.put(at + "mlp.up_proj.weight", trits(inner, hidden));
      floats.put(at + "mlp.ffn_sub_norm.weight", vector(inner));
      trits.put(at + "mlp.down_proj.weight", trits(hidden, inner));
    }
    floats.put("model.norm.weight", vector(hidden));
  }

  /// The model that most tests begin with.
  static SampleModel healthy() {
    return HEALTHY;
  }

  /// Ternary matrices by their Hugging Face names.
  Map<String, Trits> trits() {
    return Collections.unmodifiableMap(trits);
  }

  /// Float tensors by their Hugging Face names.
  Map<String, Floats> floats() {
    return Collections.unmodifiableMap(floats);
  }

  /// Width of the feed-forward part.
  int ffn() {
    return ffn;
  }

  /// Importance of channels, around 1.
  private double[] weights(int count, double spread) {
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      weights[i] = Math.exp(spread * random.nextGaussian());
    }
    return weights;
  }

  private Floats vector(double[] weights) {
    float[] values = new float[weights.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (weights[i] * (1 + 0.05 * random.nextGaussian()));
    }
    return new Floats(TensorShape.of(values.length), values);
  }

  private Floats matrix(int rows, double[] columns) {
    float[] values = new float[rows * columns.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.02 * columns[i % columns.length] * random.nextGaussian());
    }
    return new Floats(TensorShape.of(rows, columns.length), values);
  }

  /// Normal weights of channels of different importance, quantized by their mean magnitude.
  private Trits trits(double[] rows, double[] columns) {
    double[] latent = new double[rows.length * columns.length];
    double sum = 0;
    for (int i = 0; i < latent.length; i++) {
      latent[i] = rows[i / columns.length] * columns[i % columns.length] * random.nextGaussian();
      sum += Math.abs(latent[i]);
    }
    double mean = sum / latent.length;
    byte[] values = new byte[latent.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) Math.max(-1, Math.min(1, Math.rint(latent[i] / mean)));
    }
    return new Trits(TensorShape.of(rows.length, columns.length), SCALE, new ByteArray(values));
  }
}
