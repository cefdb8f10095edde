package org.bitnet4j.formats.tokenizer;

/// The tokenizer keys of GGUF, as gguf-py spells them.
final class Keys {
  static final String MODEL = "tokenizer.ggml.model";
  static final String PRE = "tokenizer.ggml.pre";
  static final String TOKENS = "tokenizer.ggml.tokens";
  static final String SCORES = "tokenizer.ggml.scores";
  static final String TYPES = "tokenizer.ggml.token_type";
  static final String MERGES = "tokenizer.ggml.merges";
  static final String ADD_BEGIN = "tokenizer.ggml.add_bos_token";
  static final String ADD_END = "tokenizer.ggml.add_eos_token";
  static final String ADD_SPACE = "tokenizer.ggml.add_space_prefix";
  static final String TEMPLATE = "tokenizer.chat_template";
  static final String TEMPLATES = "tokenizer.chat_templates";

  /// Our key for the tokenizer.json that a tokenizer comes from, without vocabulary and merges.
  static final String FRAME = "bitnet4j.tokenizer.json";

  private Keys() {}
}
