package org.bitnet4j.formats.tokenizer;

/// The roles that both formats give to single tokens.
enum SpecialToken {
  /// Begins a text.
  BEGIN("bos", "bos"),
  /// Ends a text.
  END("eos", "eos"),
  /// Ends a turn of a conversation.
  END_OF_TURN("eot", "eot"),
  /// Ends a message inside a turn.
  END_OF_MESSAGE("eom", "eom"),
  /// Stands for text that no token can say.
  UNKNOWN("unk", "unknown"),
  /// Separates two texts; the key is misspelt in the format.
  SEPARATOR("sep", "seperator"),
  /// Fills up a batch.
  PADDING("pad", "padding"),
  /// Stands for a whole text.
  CLASSIFICATION("cls", "cls"),
  /// Hides a token.
  MASK("mask", "mask");

  private final String name;
  private final String key;

  SpecialToken(String name, String key) {
    this.name = name;
    this.key = "tokenizer.ggml." + key + "_token_id";
  }

  /// Entry of tokenizer_config.json that holds its text: `bos_token`.
  String textEntry() {
    return name + "_token";
  }

  /// Entry of config.json that holds its number: `bos_token_id`.
  String idEntry() {
    return name + "_token_id";
  }

  /// GGUF key that holds its number.
  String key() {
    return key;
  }
}
