package org.bitnet4j.formats.architecture;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The model architectures that both formats know, as data.
///
/// Names as llama.cpp (gguf-py tensor_mapping), its fork in bitnet.cpp and ik_llama.cpp write and
/// read them.
final class Architecture {
  /// BitNet b1.58 2B-4T: squared ReLU, norms before the output and down projections.
  static final Architecture BITNET_B158 =
      new Architecture(
          List.of("bitnet-b1.58", "bitnet-25"),
          "BitNetForCausalLM",
          "BitNetModel",
          "bitnet",
          "relu2",
          List.of(Names.FFN_NORM, Names.SUB_NORMS));

  /// The same with SiLU, as transformers' BitNet class allows: engines know it as `bitnet`.
  static final Architecture BITNET_SILU =
      new Architecture(
          List.of("bitnet"),
          "BitNetForCausalLM",
          "BitNetModel",
          "bitnet",
          "silu",
          List.of(Names.FFN_NORM, Names.SUB_NORMS));

  /// The reproduction by 1bitLLM: SiLU, the sub-norms under other names.
  static final Architecture BITNET_REPRODUCTION =
      new Architecture(
          List.of("bitnet"),
          "BitnetForCausalLM",
          "BitnetModel",
          "llama",
          "silu",
          List.of(Names.FFN_NORM, Names.REPRODUCTION_NORMS));

  /// Llama: Llama3-8B-1.58, Falcon3, Falcon-E, TriLM.
  static final Architecture LLAMA =
      new Architecture(
          List.of("llama"),
          "LlamaForCausalLM",
          "LlamaModel",
          "llama",
          "silu",
          List.of(Names.FFN_NORM));

  /// Qwen3: embedding 0.6B with a norm before each projection, Ternary-Bonsai without.
  static final Architecture QWEN3 =
      new Architecture(
          List.of("qwen3"),
          "Qwen3ForCausalLM",
          "Qwen3Model",
          "qwen3",
          "silu",
          List.of(Names.FFN_NORM, Names.HEAD_NORMS, Names.INPUT_NORMS));

  /// Gemma 3 text: embedding 270M.
  static final Architecture GEMMA3 =
      new Architecture(
          List.of("gemma3"),
          "Gemma3ForCausalLM",
          "Gemma3TextModel",
          "gemma3_text",
          "gelu_pytorch_tanh",
          List.of(Names.GEMMA_NORMS, Names.HEAD_NORMS, Names.INPUT_NORMS));

  /// Names inside a layer, Hugging Face to GGUF.
  private static final class Names {
    static final Map<String, String> PROJECTIONS =
        Map.of(
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");
    static final Map<String, String> FFN_NORM =
        Map.of("input_layernorm", "attn_norm", "post_attention_layernorm", "ffn_norm");
    static final Map<String, String> SUB_NORMS =
        Map.of("self_attn.attn_sub_norm", "attn_sub_norm", "mlp.ffn_sub_norm", "ffn_sub_norm");
    static final Map<String, String> REPRODUCTION_NORMS =
        Map.of("self_attn.inner_attn_ln", "attn_sub_norm", "mlp.ffn_layernorm", "ffn_sub_norm");
    static final Map<String, String> HEAD_NORMS =
        Map.of("self_attn.q_norm", "attn_q_norm", "self_attn.k_norm", "attn_k_norm");
    static final Map<String, String> GEMMA_NORMS =
        Map.of(
            "input_layernorm", "attn_norm",
            "post_attention_layernorm", "post_attention_norm",
            "pre_feedforward_layernorm", "ffn_norm",
            "post_feedforward_layernorm", "post_ffw_norm");

    /// A norm of its own before each projection: `attn_q_norm_in` and so on.
    static final Map<String, String> INPUT_NORMS =
        PROJECTIONS.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    entry -> entry.getKey() + ".norm", entry -> entry.getValue() + "_norm_in"));

    private Names() {}
  }

  private static final List<Architecture> ALL =
      List.of(BITNET_B158, BITNET_SILU, BITNET_REPRODUCTION, LLAMA, QWEN3, GEMMA3);

  private final List<String> ggufNames;
  private final String className;
  private final String baseClassName;
  private final String modelType;
  private final String activation;
  private final Map<String, String> toGguf;
  private final Map<String, String> toHuggingFace;

  private Architecture(
      List<String> ggufNames,
      String className,
      String baseClassName,
      String modelType,
      String activation,
      List<Map<String, String>> names) {
    this.ggufNames = ggufNames;
    this.className = className;
    this.baseClassName = baseClassName;
    this.modelType = modelType;
    this.activation = activation;
    this.toGguf =
        Stream.concat(Stream.of(Names.PROJECTIONS), names.stream())
            .flatMap(map -> map.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    this.toHuggingFace =
        toGguf.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));
  }

  /// All of them.
  static List<Architecture> all() {
    return ALL;
  }

  /// Values of `general.architecture`, the one that is written first.
  List<String> ggufNames() {
    return ggufNames;
  }

  /// Entry of `architectures` in config.json.
  String className() {
    return className;
  }

  /// The class of the same model without a head, whose tensors lack the prefix `model.`.
  String baseClassName() {
    return baseClassName;
  }

  /// Whether an entry of `architectures` is one of the two.
  boolean isClass(String name) {
    return name.equals(className) || name.equals(baseClassName);
  }

  /// `model_type` in config.json.
  String modelType() {
    return modelType;
  }

  /// Name of the activation function in transformers.
  String activation() {
    return activation;
  }

  /// Names inside a layer, without suffix: `self_attn.q_proj` to `attn_q`.
  Map<String, String> toGguf() {
    return toGguf;
  }

  /// Names inside a layer, without suffix: `attn_q` to `self_attn.q_proj`.
  Map<String, String> toHuggingFace() {
    return toHuggingFace;
  }

  /// Whether a name inside a layer, in Hugging Face terms, is a linear projection.
  static boolean isProjection(String part) {
    return Names.PROJECTIONS.containsKey(part);
  }

  /// Whether two share a GGUF name: then keys alone may not tell them apart.
  boolean isRelated(Architecture other) {
    return other == this || (isBitnet() && other.isBitnet());
  }

  /// Whether this is one of the BitNet b1.58 architectures.
  boolean isBitnet() {
    return this == BITNET_B158 || this == BITNET_SILU || this == BITNET_REPRODUCTION;
  }
}
