package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bitnet4j.quant.MalformedFileException;

/// A tokenizer.model: the protocol buffer of SentencePiece that Llama 2 and its relatives come with
/// (fields as in sentencepiece_model.proto).
///
/// @param pieces texts with their numbers, in order
/// @param types what each one is
/// @param scores how early each one merges
/// @param spacePrefix whether text is given a space in front
record SentencePieceModel(
    SequencedMap<String, Integer> pieces,
    List<TokenType> types,
    Scores scores,
    boolean spacePrefix) {
  static final String FILE = "tokenizer.model";

  private static final int MAX_BYTES = 64 << 20;
  private static final int BPE = 2;

  static SentencePieceModel parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new MalformedFileException(
          FILE,
          -1,
          "size",
          bytes.length + " bytes",
          "at most " + MAX_BYTES + " bytes",
          "A tokenizer has some megabytes: check what the file is.");
    }
    return new Parser().parse(bytes);
  }

  private static final class Parser {
    private final SequencedMap<String, Integer> pieces = new LinkedHashMap<>();
    private final List<TokenType> types = new ArrayList<>();
    private float[] scores = new float[1024];
    private long modelType = 1;
    private boolean spacePrefix = true;
    private boolean removesSpaces = true;
    private boolean escapesSpaces = true;
    private int rules;

    SentencePieceModel parse(byte[] bytes) {
      WireReader message = WireReader.of(FILE, bytes);
      for (int field = message.next(); field != 0; field = message.next()) {
        switch (field) {
          case 1 -> piece(message.message("piece"));
          case 2 -> trainer(message.message("trainer_spec"));
          case 3 -> normalizer(message.message("normalizer_spec"));
          default -> message.skip();
        }
      }
      require(!pieces.isEmpty(), "pieces", "none", "the vocabulary");
      require(modelType == BPE, "model_type", Long.toString(modelType), "2, BPE");
      require(rules == 0, "precompiled_charsmap", rules + " bytes", "empty: no normalization");
      require(!removesSpaces, "remove_extra_whitespaces", "true", "false");
      require(escapesSpaces, "escape_whitespaces", "false", "true");
      return new SentencePieceModel(
          pieces, types, Scores.of(Arrays.copyOf(scores, types.size())), spacePrefix);
    }

    private static void require(boolean holds, String field, String found, String allowed) {
      if (!holds) {
        throw new MalformedFileException(
            FILE,
            -1,
            field,
            found,
            allowed,
            "GGUF engines that run ternary models know no other: keep the model as it is.");
      }
    }

    private void piece(WireReader message) {
      String text = "";
      float score = 0;
      TokenType type = TokenType.NORMAL;
      for (int field = message.next(); field != 0; field = message.next()) {
        switch (field) {
          case 1 -> text = message.text("piece");
          case 2 -> {
            score = message.real("score");
            if (!Float.isFinite(score)) {
              throw message.fault("score", Float.toString(score), "finite");
            }
          }
          case 3 -> {
            long number = message.number("type");
            type = number == 0 ? null : TokenType.ofId(number);
            if (type == null) {
              throw message.fault("type", Long.toUnsignedString(number), "in [1, 6]");
            }
          }
          default -> message.skip();
        }
      }
      int id = types.size();
      if (id == TokenizerJson.MAX_TOKENS) {
        throw message.fault("pieces", "more", "at most " + TokenizerJson.MAX_TOKENS);
      }
      if (text.isEmpty() || pieces.putIfAbsent(text, id) != null) {
        throw message.fault("piece " + id, "\"" + text + "\"", "a text that no other piece has");
      }
      if (id == scores.length) {
        scores = Arrays.copyOf(scores, 2 * id);
      }
      scores[id] = score;
      types.add(type);
    }

    private void trainer(WireReader message) {
      for (int field = message.next(); field != 0; field = message.next()) {
        if (field == 3) {
          modelType = message.number("model_type");
        } else {
          message.skip();
        }
      }
    }

    private void normalizer(WireReader message) {
      for (int field = message.next(); field != 0; field = message.next()) {
        switch (field) {
          case 2 -> rules = message.length("precompiled_charsmap");
          case 3 -> spacePrefix = message.number("add_dummy_prefix") != 0;
          case 4 -> removesSpaces = message.number("remove_extra_whitespaces") != 0;
          case 5 -> escapesSpaces = message.number("escape_whitespaces") != 0;
          default -> message.skip();
        }
      }
    }
  }
}
