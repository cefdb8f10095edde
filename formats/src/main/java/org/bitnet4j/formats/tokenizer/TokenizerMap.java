package org.bitnet4j.formats.tokenizer;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// A model's tokenizer between the small files of Hugging Face and the keys of GGUF.
///
/// Both kinds of BPE that ternary models use are known: byte-level (`gpt2`), and SentencePiece-like
/// with bytes as a fallback (`llama`). Vocabulary, merges, added tokens and chat templates pass
/// both ways without change. A part that the other side cannot express is refused by name.
public final class TokenizerMap {
  private TokenizerMap() {}

  /// The tokenizer keys of GGUF for a Hugging Face model, in the order of llama.cpp's converter.
  ///
  /// The keys that tell engines what to put around a text are always written, as engines differ in
  /// what they take where a key is missing. A SentencePiece-like tokenizer gets its merges beside
  /// its scores: engines go by the scores, which cannot give all merges back.
  ///
  /// @param sideFiles small files of the model by name: tokenizer.json or, where there is none,
  ///   tokenizer.model of SentencePiece; tokenizer_config.json, special_tokens_map.json,
  ///   added_tokens.json, config.json, generation_config.json, chat templates
  /// @param vocabSize rows of the embedding table, 0 where nobody says; numbers without a token are
  ///   filled up to it
  /// @param preTokenizer value of `tokenizer.ggml.pre`, absent to find it out from tokenizer.json
  /// @throws MalformedFileException for a file that breaks its format, and for a tokenizer that
  ///   GGUF cannot express or has no name for
  public static GgufMetadata toGguf(
      SortedMap<String, byte[]> sideFiles, int vocabSize, @Nullable String preTokenizer) {
    byte[] json = sideFiles.get(TokenizerJson.FILE);
    if (json != null) {
      return GgufTokenizer.write(
          new HuggingFaceTokenizer(sideFiles, json).read(vocabSize, preTokenizer));
    }
    byte[] pieces = sideFiles.get(SentencePieceModel.FILE);
    if (pieces != null) {
      return GgufTokenizer.write(PieceTokenizer.read(sideFiles, pieces, vocabSize));
    }
    for (String other : List.of("vocab.json", "vocab.txt", "tekken.json")) {
      if (sideFiles.containsKey(other)) {
        throw new MalformedFileException(
            other,
            -1,
            "tokenizer",
            "no tokenizer.json beside it",
            "given as tokenizer.json",
            "Load it with transformers' AutoTokenizer and save it again: that writes one.");
      }
    }
    return GgufMetadata.builder().put(Keys.MODEL, GgufValue.text("no_vocab")).build();
  }

  /// The small files of Hugging Face for a GGUF model: tokenizer.json, tokenizer_config.json with
  /// its chat templates, generation_config.json with every token that engines stop at. None where
  /// the model has no tokenizer.
  ///
  /// @param metadata metadata of the model
  /// @param contextLength longest text that the model was made for, 0 where nobody says
  /// @throws MalformedFileException for keys that contradict each other, and for a tokenizer that
  ///   this library cannot write as tokenizer.json
  public static SortedMap<String, byte[]> toSideFiles(GgufMetadata metadata, int contextLength) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    GgufTokenizer.read(metadata)
        .ifPresent(model -> {
          files.put(TokenizerJson.FILE, new TokenizerJsonWriter(model).write());
          files.put(ChatTemplates.TOKENIZER_CONFIG, TokenizerConfig.write(model, contextLength));
          files.put(
              "generation_config.json",
              TokenizerConfig.writeGeneration(model, StopTokens.of(metadata)));
        });
    return files;
  }
}
