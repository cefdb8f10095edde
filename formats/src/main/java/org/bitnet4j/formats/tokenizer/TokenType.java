package org.bitnet4j.formats.tokenizer;

import org.jspecify.annotations.Nullable;

/// What a token is, numbered as in `tokenizer.ggml.token_type` and the SentencePiece model.
enum TokenType {
  /// Not said.
  UNDEFINED,
  /// A piece of text.
  NORMAL,
  /// Stands for text that no token can say.
  UNKNOWN,
  /// Steers the model, is no text: begin, end, roles.
  CONTROL,
  /// Text that is never split, added by the user.
  USER_DEFINED,
  /// A number without a token: the embedding table is longer than the vocabulary.
  UNUSED,
  /// One byte of text, named `<0x0A>`.
  BYTE;

  private static final TokenType[] VALUES = values();

  /// Whether tokenizer.json has such a token among its added ones.
  boolean isAdded() {
    return switch (this) {
      case CONTROL, USER_DEFINED, UNKNOWN -> true;
      case UNDEFINED, NORMAL, UNUSED, BYTE -> false;
    };
  }

  /// The type of a number, absent for an unknown one.
  static @Nullable TokenType ofId(long id) {
    return id < 0 || id >= VALUES.length ? null : VALUES[(int) id];
  }
}
