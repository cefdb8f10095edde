package org.bitnet4j.quant.activations;

/// Dimensions of one attention call: queries [queries, heads, headDim], keys and values [keys,
/// kvHeads, headDim], row-major.
///
/// @param queries query tokens, at least 1
/// @param keys key and value tokens, at least 1
/// @param heads query heads, a multiple of `kvHeads`
/// @param kvHeads key and value heads; each serves `heads / kvHeads` query heads in turn (GQA)
/// @param headDim features of a head, in [1, 2^17], so that int8 products fit int32
/// @param causal whether query i sees only the keys up to `offset + i`
/// @param offset position of the first query among the keys, 0 unless there is a KV cache
/// @param scale what products are multiplied by before softmax, usually 1/√headDim
public record AttentionShape(
    int queries,
    int keys,
    int heads,
    int kvHeads,
    int headDim,
    boolean causal,
    int offset,
    double scale) {
  private static final int MAX_HEAD_DIM = 1 << 17;

  /// Checks all dimensions.
  public AttentionShape {
    require(queries >= 1, "queries must be at least 1", queries);
    require(keys >= 1, "keys must be at least 1", keys);
    require(kvHeads >= 1, "kvHeads must be at least 1", kvHeads);
    require(
        heads >= kvHeads && heads % kvHeads == 0,
        "heads must be a positive multiple of the " + kvHeads + " kvHeads",
        heads);
    require(
        headDim >= 1 && headDim <= MAX_HEAD_DIM,
        "headDim must be in [1, " + MAX_HEAD_DIM + "]",
        headDim);
    require(offset >= 0, "offset must not be negative", offset);
    require(scale > 0 && Double.isFinite(scale), "scale must be positive and finite", scale);
  }

  /// A shape with scale 1/√headDim.
  ///
  /// @param queries query tokens
  /// @param keys key and value tokens
  /// @param heads query heads
  /// @param kvHeads key and value heads
  /// @param headDim features of a head
  public static AttentionShape of(int queries, int keys, int heads, int kvHeads, int headDim) {
    return new AttentionShape(
        queries, keys, heads, kvHeads, headDim, false, 0, 1 / Math.sqrt(headDim));
  }

  /// The shape with a causal mask, the last query seeing all keys.
  public AttentionShape withCausalMask() {
    return new AttentionShape(
        queries, keys, heads, kvHeads, headDim, true, Math.max(0, keys - queries), scale);
  }

  /// Keys that a query may see, from the first on.
  ///
  /// @param query its number
  int visible(int query) {
    return causal ? (int) Math.min(keys, (long) offset + query + 1) : keys;
  }

  private static void require(boolean condition, String rule, Number found) {
    if (!condition) {
      throw new IllegalArgumentException(rule + ", got [" + found + "]");
    }
  }
}
