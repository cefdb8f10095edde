package org.bitnet4j.formats.doctor;

import java.util.Map;

/// Hugging Face names of GGUF tensors by their parts alone, whatever architecture and dimensions
/// the metadata declare: those may be what is wrong.
final class GgufNames {
  private static final String BLOCK = "blk.";

  private static final Map<String, String> GLOBAL =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");

  private static final Map<String, String> PROJECTIONS =
      Map.of(
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  private static final Map<String, String> NORMS =
      Map.of(
          "attn_norm", "input_layernorm",
          "ffn_norm", "post_attention_layernorm",
          "attn_sub_norm", "self_attn.attn_sub_norm",
          "ffn_sub_norm", "mlp.ffn_sub_norm",
          "attn_q_norm", "self_attn.q_norm",
          "attn_k_norm", "self_attn.k_norm",
          "post_attention_norm", "pre_feedforward_layernorm",
          "post_ffw_norm", "post_feedforward_layernorm");

  private static final String INPUT_NORM = "_norm_in";

  private GgufNames() {}

  /// The Hugging Face name, or the name itself where there is none.
  ///
  /// @param name as in the file: `blk.3.attn_q.weight`
  static String toHuggingFace(String name) {
    String global = GLOBAL.get(name);
    if (global != null) {
      return global;
    }
    int end = name.startsWith(BLOCK) ? name.indexOf('.', BLOCK.length()) : -1;
    int suffix = name.lastIndexOf('.');
    if (end < 0 || suffix <= end) {
      return name;
    }
    String part = huggingFacePart(name.substring(end + 1, suffix));
    return part.isEmpty()
        ? name
        : "model.layers."
            + name.substring(BLOCK.length(), end)
            + "."
            + part
            + name.substring(suffix);
  }

  private static String huggingFacePart(String part) {
    String projection = PROJECTIONS.get(part);
    if (projection != null) {
      return projection;
    }
    if (part.endsWith(INPUT_NORM)) {
      String before = PROJECTIONS.get(part.substring(0, part.length() - INPUT_NORM.length()));
      return before == null ? "" : before + ".norm";
    }
    return NORMS.getOrDefault(part, "");
  }
}
