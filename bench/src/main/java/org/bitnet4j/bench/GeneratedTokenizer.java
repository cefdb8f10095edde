package org.bitnet4j.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A byte-level tokenizer without merges, so that a prompt of n ASCII letters has n tokens: every
/// engine gets the same work.
final class GeneratedTokenizer {
  /// Tokens of single bytes, and the one that ends a text.
  static final int LEAST_VOCABULARY = 257;

  private static final String END = "<|end_of_text|>";

  private GeneratedTokenizer() {}

  /// Writes `tokenizer.json` and `tokenizer_config.json`.
  ///
  /// @param directory of the model
  /// @param vocabulary number of tokens, at least [#LEAST_VOCABULARY]; those that no byte needs
  ///   have letters and digits that no prompt contains
  /// @throws IOException where they cannot be written
  static void write(Path directory, int vocabulary) throws IOException {
    JsonMapper json = JsonMapper.shared();
    ObjectNode root = json.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ObjectNode end = root.putArray("added_tokens").addObject();
    end.put("id", 256).put("content", END).put("single_word", false).put("lstrip", false);
    end.put("rstrip", false).put("normalized", false).put("special", true);
    root.putNull("normalizer");
    ObjectNode byteLevel = root.putObject("pre_tokenizer").put("type", "ByteLevel");
    byteLevel.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", false);
    root.putNull("post_processor");
    root.putObject("decoder").put("type", "ByteLevel");
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode tokens = model.putObject("vocab");
    int stranger = 256;
    for (int value = 0; value < 256; value++) {
      // GPT-2's alphabet: a byte that prints is itself, the others follow from U+0100 on.
      boolean prints =
          (value >= '!' && value <= '~')
              || (value >= 0xA1 && value <= 0xAC)
              || (value >= 0xAE && value <= 0xFF);
      tokens.put(Character.toString(prints ? value : stranger++), value);
    }
    tokens.put(END, 256);
    for (int id = LEAST_VOCABULARY; id < vocabulary; id++) {
      tokens.put("token" + id, id);
    }
    model.putArray("merges");
    Files.writeString(
        directory.resolve("tokenizer.json"), json.writeValueAsString(root), StandardCharsets.UTF_8);
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"eos_token\":\"" + END + "\",\"add_bos_token\":false,\"model_max_length\":4096}",
        StandardCharsets.UTF_8);
  }
}
