package org.bitnet4j.formats.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// A tokenizer.json of Hugging Face tokenizers that holds a BPE model.
///
/// @param vocabulary `model.vocab`, text to number, each number once
/// @param merges `model.merges` in their order, both parts joined by a space
/// @param addedTokens `added_tokens`
/// @param unknown `model.unk_token`
/// @param byteFallback `model.byte_fallback`
/// @param ignoreMerges `model.ignore_merges`
/// @param normalizer `normalizer`
/// @param preTokenizer `pre_tokenizer`
/// @param postProcessor `post_processor`
/// @param decoder `decoder`
/// @param frame everything around vocabulary and merges
record TokenizerJson(
    SequencedMap<String, Integer> vocabulary,
    List<String> merges,
    List<AddedToken> addedTokens,
    @Nullable String unknown,
    boolean byteFallback,
    boolean ignoreMerges,
    @Nullable JsonTree normalizer,
    @Nullable JsonTree preTokenizer,
    @Nullable JsonTree postProcessor,
    @Nullable JsonTree decoder,
    Frame frame) {
  static final String FILE = "tokenizer.json";

  /// No token has a larger number.
  static final int MAX_ID = (1 << 30) - 1;

  /// Four times the largest public vocabulary.
  static final int MAX_TOKENS = 1 << 20;

  /// Four times the most merges of a public vocabulary.
  static final int MAX_MERGES = 1 << 21;

  static TokenizerJson parse(byte[] text) {
    return new TokenizerJsonReader(text).read();
  }

  /// Which kind of BPE this is: bytes as a fallback, or everywhere.
  ///
  /// @throws MalformedFileException where it is neither
  Family family() {
    if (byteFallback) {
      return Family.SENTENCE_PIECE;
    }
    boolean bytes =
        isByteLevel(decoder)
            || (preTokenizer != null
                && Step.of(preTokenizer).stream().anyMatch(Step.Bytes.class::isInstance));
    if (!bytes) {
      throw unsupported(
          preTokenizer,
          "pre_tokenizer",
          "ByteLevel, or byte_fallback true",
          "GGUF has no BPE that works on characters: keep this model in Hugging Face form.");
    }
    return Family.BYTE_LEVEL;
  }

  private static boolean isByteLevel(@Nullable JsonTree decoder) {
    return decoder != null && decoder.get("type").text().equals("ByteLevel");
  }

  /// The GGUF name of the pre-tokenizer of byte-level BPE; empty where there is none.
  Optional<String> preTokenizerName() {
    return PreTokenizers.nameOf(steps(), ignoreMerges, merges.isEmpty());
  }

  List<Step> steps() {
    return preTokenizer == null ? List.of() : Step.of(preTokenizer);
  }

  /// A refusal of a part that GGUF cannot express.
  static MalformedFileException unsupported(
      @Nullable JsonTree part, String name, String allowed, String remedy) {
    return part == null
        ? new MalformedFileException(FILE, -1, name, "null", allowed, remedy)
        : part.refuse(allowed, remedy);
  }
}
