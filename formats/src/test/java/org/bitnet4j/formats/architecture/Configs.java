package org.bitnet4j.formats.architecture;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Configurations of the models that the map is for, with their real dimensions.
final class Configs {
  static final String BITNET_2B =
      """
      {"architectures":["BitNetForCausalLM"],"model_type":"bitnet","hidden_act":"relu2",
       "hidden_size":2560,"intermediate_size":6912,"num_hidden_layers":30,
       "num_attention_heads":20,"num_key_value_heads":5,"vocab_size":128256,
       "max_position_embeddings":4096,"rms_norm_eps":1e-05,"rope_theta":500000.0,
       "bos_token_id":128000,"eos_token_id":128001,"tie_word_embeddings":true}
      """;
  static final String REPRODUCTION_3B =
      """
      {"architectures":["BitnetForCausalLM"],"model_type":"llama","hidden_act":"silu",
       "hidden_size":3200,"intermediate_size":8640,"num_hidden_layers":26,
       "num_attention_heads":32,"num_key_value_heads":32,"vocab_size":32002,
       "max_position_embeddings":2048,"rms_norm_eps":1e-05,"rope_theta":10000.0,
       "rope_scaling":null,"bos_token_id":1,"eos_token_id":2,"pad_token_id":32000,
       "tie_word_embeddings":true}
      """;
  static final String LLAMA_8B =
      """
      {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_act":"silu",
       "hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
       "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,
       "max_position_embeddings":8192,"rms_norm_eps":1e-05,"rope_theta":500000.0,
       "tie_word_embeddings":false,"attention_bias":false}
      """;
  static final String FALCON3_1B =
      """
      {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_act":"silu",
       "head_dim":256,"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":18,
       "num_attention_heads":8,"num_key_value_heads":4,"vocab_size":131072,
       "max_position_embeddings":4096,"rms_norm_eps":1e-06,"rope_theta":1000042}
      """;
  static final String EMBEDDING_600M =
      """
      {"architectures":["Qwen3Model"],"model_type":"qwen3","hidden_act":"silu","head_dim":128,
       "hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,
       "num_attention_heads":16,"num_key_value_heads":8,"vocab_size":151936,
       "max_position_embeddings":32768,"rms_norm_eps":1e-06,"rope_theta":1000000}
      """;
  static final String EMBEDDING_270M =
      """
      {"architectures":["Gemma3TextModel"],"model_type":"gemma3_text",
       "hidden_activation":"gelu_pytorch_tanh","head_dim":256,"query_pre_attn_scalar":256,
       "hidden_size":640,"intermediate_size":2048,"num_hidden_layers":18,
       "num_attention_heads":4,"num_key_value_heads":1,"vocab_size":262144,
       "max_position_embeddings":32768,"rms_norm_eps":1e-06,"rope_theta":1000000.0,
       "rope_local_base_freq":10000.0,"sliding_window":512,"sliding_window_pattern":6}
      """;

  private Configs() {}

  static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /// The map of a configuration, as for tensors named in the usual way.
  static ArchitectureMap map(String json) {
    return ArchitectureMap.ofHuggingFace(bytes(json), name -> hasTensor(json, name)).orElseThrow();
  }

  static boolean hasTensor(String json, String name) {
    boolean bare = json.contains("Model\"]");
    boolean embedding = bare && !json.toLowerCase(Locale.ROOT).contains("llama");
    return name.equals((bare ? "" : "model.") + "embed_tokens.weight")
        || (json.contains("Bitnet") && name.endsWith("inner_attn_ln.weight"))
        || (embedding && name.equals("layers.0.self_attn.q_proj.norm.weight"));
  }
}
