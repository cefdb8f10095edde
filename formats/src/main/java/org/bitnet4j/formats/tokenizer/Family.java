package org.bitnet4j.formats.tokenizer;

/// The kinds of BPE that both formats hold.
enum Family {
  /// Tokens are written in the byte alphabet of GPT-2: `tokenizer.ggml.model` = `gpt2`.
  BYTE_LEVEL("gpt2"),
  /// Tokens are plain text with ▁ for a space, and bytes without token are `<0xHH>`:
  /// `tokenizer.ggml.model` = `llama`.
  SENTENCE_PIECE("llama");

  private final String model;

  Family(String model) {
    this.model = model;
  }

  /// Value of `tokenizer.ggml.model`.
  String model() {
    return model;
  }
}
