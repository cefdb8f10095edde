package org.bitnet4j.formats.doctor;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a tensor does in a transformer, read from its Hugging Face name.
///
/// @param kind what it does
/// @param layer its layer, −1 outside of layers
record TensorRole(Kind kind, int layer) {
  /// What a tensor does. `rows` and `columns` are the dimensions it must have, absent where they
  /// are not known or where there are no rows.
  enum Kind {
    EMBEDDING(Axis.VOCABULARY, Axis.HIDDEN),
    HEAD(Axis.VOCABULARY, Axis.HIDDEN),
    FINAL_NORM(null, Axis.HIDDEN),
    INPUT_NORM(null, Axis.HIDDEN),
    POST_NORM(null, Axis.HIDDEN),
    BLOCK_NORM(null, Axis.HIDDEN),
    ATTENTION_SUB_NORM(null, Axis.QUERY_WIDTH),
    FFN_SUB_NORM(null, Axis.INTERMEDIATE),
    QUERY(Axis.QUERY_WIDTH, Axis.HIDDEN),
    KEY(Axis.KEY_WIDTH, Axis.HIDDEN),
    VALUE(Axis.KEY_WIDTH, Axis.HIDDEN),
    OUTPUT(Axis.HIDDEN, Axis.QUERY_WIDTH),
    GATE(Axis.INTERMEDIATE, Axis.HIDDEN),
    UP(Axis.INTERMEDIATE, Axis.HIDDEN),
    DOWN(Axis.HIDDEN, Axis.INTERMEDIATE),
    HEAD_NORM(null, Axis.HEAD),
    /// The norm in front of one projection; its length is that projection's columns.
    PROJECTION_NORM(null, null),
    OTHER(null, null);

    private final @Nullable Axis rows;
    private final @Nullable Axis columns;

    Kind(@Nullable Axis rows, @Nullable Axis columns) {
      this.rows = rows;
      this.columns = columns;
    }

    @Nullable Axis rows() {
      return rows;
    }

    @Nullable Axis columns() {
      return columns;
    }
  }

  private static final TensorRole UNKNOWN = new TensorRole(Kind.OTHER, -1);

  private static final Set<Kind> PROJECTIONS =
      Set.of(Kind.QUERY, Kind.KEY, Kind.VALUE, Kind.OUTPUT, Kind.GATE, Kind.UP, Kind.DOWN);

  private static final Map<String, Kind> GLOBAL =
      Map.of(
          "embed_tokens.weight", Kind.EMBEDDING,
          "lm_head.weight", Kind.HEAD,
          "norm.weight", Kind.FINAL_NORM);

  /// Names behind `layers.N.`; the second names of the sub-norms are those of 1bitLLM.
  private static final Map<String, Kind> IN_LAYER =
      Map.ofEntries(
          Map.entry("input_layernorm.weight", Kind.INPUT_NORM),
          Map.entry("post_attention_layernorm.weight", Kind.POST_NORM),
          Map.entry("pre_feedforward_layernorm.weight", Kind.BLOCK_NORM),
          Map.entry("post_feedforward_layernorm.weight", Kind.BLOCK_NORM),
          Map.entry("self_attn.attn_sub_norm.weight", Kind.ATTENTION_SUB_NORM),
          Map.entry("self_attn.inner_attn_ln.weight", Kind.ATTENTION_SUB_NORM),
          Map.entry("mlp.ffn_sub_norm.weight", Kind.FFN_SUB_NORM),
          Map.entry("mlp.ffn_layernorm.weight", Kind.FFN_SUB_NORM),
          Map.entry("self_attn.q_proj.weight", Kind.QUERY),
          Map.entry("self_attn.k_proj.weight", Kind.KEY),
          Map.entry("self_attn.v_proj.weight", Kind.VALUE),
          Map.entry("self_attn.o_proj.weight", Kind.OUTPUT),
          Map.entry("mlp.gate_proj.weight", Kind.GATE),
          Map.entry("mlp.up_proj.weight", Kind.UP),
          Map.entry("mlp.down_proj.weight", Kind.DOWN),
          Map.entry("self_attn.q_norm.weight", Kind.HEAD_NORM),
          Map.entry("self_attn.k_norm.weight", Kind.HEAD_NORM));

  /// The role behind a name.
  ///
  /// @param name a Hugging Face name, with or without `model.` in front
  static TensorRole of(String name) {
    int layers = name.startsWith("layers.") ? 0 : name.indexOf(".layers.") + 1;
    if (layers == 0 && !name.startsWith("layers.")) {
      String bare = name.startsWith("model.") ? name.substring("model.".length()) : name;
      Kind kind = GLOBAL.get(bare);
      return kind == null ? UNKNOWN : new TensorRole(kind, -1);
    }
    int number = layers + "layers.".length();
    int end = name.indexOf('.', number);
    int layer = end < 0 ? -1 : layerNumber(name.substring(number, end));
    if (layer < 0) {
      return UNKNOWN;
    }
    String rest = name.substring(end + 1);
    Kind kind = IN_LAYER.get(rest);
    if (kind == null && (rest.endsWith("_proj.norm.weight") || rest.endsWith("rms_norm.weight"))) {
      kind = Kind.PROJECTION_NORM;
    }
    return new TensorRole(kind == null ? Kind.OTHER : kind, layer);
  }

  /// A decimal number of at most five digits, −1 for anything else.
  private static int layerNumber(String digits) {
    if (digits.isEmpty() || digits.length() > 5) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < digits.length(); i++) {
      char digit = digits.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = 10 * number + digit - '0';
    }
    return number;
  }

  /// Whether it is a linear projection inside a layer.
  boolean isProjection() {
    return PROJECTIONS.contains(kind);
  }
}
