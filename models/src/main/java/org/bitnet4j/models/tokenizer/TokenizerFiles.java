package org.bitnet4j.models.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufArray;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.tokenizer.StopTokens;
import org.bitnet4j.formats.tokenizer.TokenizerMap;
import org.bitnet4j.quant.MalformedFileException;

/// What the small files of a checkpoint say of its tokenizer, checked.
///
/// The check is the mapping to GGUF: it knows every part of a tokenizer.json by name, patterns
/// included, and refuses any other, so that nothing of an untrusted file reaches the native engine
/// unread and no regular expression runs that is not one of the public ones.
///
/// @param texts texts of all tokens by number
/// @param kinds what each one is
/// @param pieces whether tokens are pieces with ▁ for a space, else bytes in the alphabet of GPT-2
/// @param spacePrefix whether a space is put in front of a text, and taken away again
/// @param begin token that begins a text
/// @param end token that ends a text
/// @param addsBegin whether a text is encoded with the begin token in front
/// @param addsEnd whether a text is encoded with the end token behind
/// @param stops tokens that end a generation
record TokenizerFiles(
    List<String> texts,
    List<Kind> kinds,
    boolean pieces,
    boolean spacePrefix,
    OptionalInt begin,
    OptionalInt end,
    boolean addsBegin,
    boolean addsEnd,
    List<Integer> stops) {
  static final String TOKENIZER = "tokenizer.json";
  private static final String KEY = "tokenizer.ggml.";

  /// What a token is, in the order of `tokenizer.ggml.token_type`.
  enum Kind {
    /// Not said.
    UNDEFINED,
    /// Text.
    NORMAL,
    /// Stands for what no token can say.
    UNKNOWN,
    /// Steers the model, is no text.
    CONTROL,
    /// Text that is found as a whole.
    USER_DEFINED,
    /// A number without a token.
    UNUSED,
    /// A byte.
    BYTE;

    private static final List<Kind> VALUES = List.of(values());

    /// Whether the token has no text that a reader should see, nor one that a user may write.
    boolean isSpecial() {
      return this == CONTROL || this == UNKNOWN;
    }
  }

  /// Reads what the keys say that the files map to.
  ///
  /// @param sideFiles small files of the model by name
  /// @param keys what [TokenizerMap#toGguf] made of them
  /// @throws MalformedFileException for a file that breaks its format
  static TokenizerFiles read(SortedMap<String, byte[]> sideFiles, GgufMetadata keys) {
    List<String> texts = keys.texts(KEY + "tokens");
    return new TokenizerFiles(
        texts,
        kinds(keys, texts.size()),
        keys.text(KEY + "model").orElse("").equals("llama"),
        keys.truth(KEY + "add_space_prefix").orElse(false),
        number(keys, "bos_token_id"),
        number(keys, "eos_token_id"),
        keys.truth(KEY + "add_bos_token").orElse(false),
        keys.truth(KEY + "add_eos_token").orElse(false),
        StopTokens.of(sideFiles, keys).all());
  }

  /// The tokenizer.json of the model, made from the keys where it came as another file.
  ///
  /// @param sideFiles small files of the model by name
  /// @param keys what [TokenizerMap#toGguf] made of them
  /// @throws MalformedFileException where there is none
  static byte[] json(SortedMap<String, byte[]> sideFiles, GgufMetadata keys) {
    byte[] json = sideFiles.get(TOKENIZER);
    if (json == null) {
      json = TokenizerMap.toSideFiles(keys, 0).get(TOKENIZER);
    }
    if (json == null) {
      throw new MalformedFileException(
          TOKENIZER,
          -1,
          "tokenizer",
          "no such file",
          "given beside the weights",
          "Copy tokenizer.json and tokenizer_config.json of the model there.");
    }
    return json;
  }

  private static List<Kind> kinds(GgufMetadata keys, int tokens) {
    GgufArray types = keys.array(KEY + "token_type").orElseThrow();
    List<Kind> kinds = new ArrayList<>(tokens);
    for (int id = 0; id < tokens; id++) {
      kinds.add(Kind.VALUES.get((int) types.integer(id)));
    }
    return List.copyOf(kinds);
  }

  private static OptionalInt number(GgufMetadata keys, String key) {
    OptionalLong id = keys.integer(KEY + key);
    return id.isPresent() ? OptionalInt.of(Math.toIntExact(id.getAsLong())) : OptionalInt.empty();
  }
}
