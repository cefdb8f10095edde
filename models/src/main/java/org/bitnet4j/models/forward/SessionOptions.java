package org.bitnet4j.models.forward;

import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.jspecify.annotations.Nullable;

/// How a session runs.
///
/// @param capacity tokens that it has room for, at least 1
/// @param cache how keys and values are stored. A token takes 2 · layers · key/value heads · head
///   width elements, in bitnet-b1.58-2B-4T 150 KiB as FLOAT32, 75 KiB as FLOAT16, 39 KiB as INT8.
///   FLOAT32 gives the model's own logits; on `tiny-bitnet` FLOAT16 changes them by 0.5 % (root
///   mean square) and INT8 by 0.8 %, with the accuracy on its tasks the same
/// @param activations what happens to inputs of linear layers
/// @param attention how attention is quantized; absent for what `activations` say, which is not at
///   all unless they are [ActivationPolicy.Configured] and switch it on
/// @param chunk tokens of a prompt that pass a layer together, in \[1, 1024\]; results do not
///   depend on it, except where `activations` take a scale from all tokens of a call
public record SessionOptions(
    int capacity,
    CacheFormat cache,
    ActivationPolicy activations,
    @Nullable AttentionQuantizationConfig attention,
    int chunk) {
  private static final int MOST_CHUNK = 1024;
  private static final int DEFAULT_CHUNK = 64;

  /// Refuses sizes out of range.
  public SessionOptions {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "the capacity must be at least one token, got [" + capacity + "].");
    }
    if (chunk < 1 || chunk > MOST_CHUNK) {
      throw new IllegalArgumentException("the chunk must be in [1, 1024], got [" + chunk + "].");
    }
  }

  /// A session that gives what the model was trained to give: float32 keys and values, activations
  /// as trained, attention in floats.
  ///
  /// @param capacity tokens that it has room for
  public static SessionOptions of(int capacity) {
    return new SessionOptions(
        capacity, CacheFormat.FLOAT32, new ActivationPolicy.AsTrained(), null, DEFAULT_CHUNK);
  }

  /// With another capacity.
  ///
  /// @param tokens that a session has room for
  public SessionOptions withCapacity(int tokens) {
    return new SessionOptions(tokens, cache, activations, attention, chunk);
  }

  /// With keys and values stored otherwise.
  ///
  /// @param format how
  public SessionOptions withCache(CacheFormat format) {
    return new SessionOptions(capacity, format, activations, attention, chunk);
  }

  /// With another treatment of the inputs of linear layers.
  ///
  /// @param policy which
  public SessionOptions withActivations(ActivationPolicy policy) {
    return new SessionOptions(capacity, cache, policy, attention, chunk);
  }

  /// With attention quantized.
  ///
  /// @param config how
  public SessionOptions withAttention(AttentionQuantizationConfig config) {
    return new SessionOptions(capacity, cache, activations, config, chunk);
  }

  /// With prompts cut into other pieces.
  ///
  /// @param tokens of a piece
  public SessionOptions withChunk(int tokens) {
    return new SessionOptions(capacity, cache, activations, attention, tokens);
  }

  /// The attention configuration in force; absent for plain attention.
  @Nullable AttentionQuantizationConfig attentionInForce() {
    if (attention != null) {
      return attention;
    }
    return switch (activations) {
      case ActivationPolicy.AsTrained() -> null;
      case ActivationPolicy.Exact() -> null;
      case ActivationPolicy.Configured(var config, var calibration) ->
          config.quantizeAttention() ? config.attention() : null;
    };
  }
}
