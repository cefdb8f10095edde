package org.bitnet4j.formats.tokenizer;

import java.util.Set;

/// Split patterns of public tokenizer.json files, and as llama.cpp rewrites them where its regular
/// expressions lack a feature.
final class Patterns {
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String CONTRACTIONS_SPELT =
      "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
  private static final String TAIL =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String OPTIONAL_SIGN = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String SLASH_TAIL =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /// As llama.cpp has it: white space that no alternative takes is a word of its own.
  static final String GPT2_SHORT =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";

  static final String LLAMA3 = CONTRACTIONS + "|" + OPTIONAL_SIGN + "\\p{L}+|\\p{N}{1,3}" + TAIL;
  static final String LLAMA3_SPELT =
      CONTRACTIONS_SPELT + "|" + OPTIONAL_SIGN + "\\p{L}+|\\p{N}{1,3}" + TAIL;
  static final String QWEN2 = CONTRACTIONS + "|" + OPTIONAL_SIGN + "\\p{L}+|\\p{N}" + TAIL;
  static final String QWEN2_SPELT =
      CONTRACTIONS_SPELT + "|" + OPTIONAL_SIGN + "\\p{L}+|\\p{N}" + TAIL;
  private static final String MARKS =
      "|"
          + OPTIONAL_SIGN
          + "[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String QWEN35 = CONTRACTIONS + MARKS;
  static final String QWEN35_SPELT = CONTRACTIONS_SPELT + MARKS;
  static final String TEKKEN =
      OPTIONAL_SIGN
          + UPPER
          + "*"
          + LOWER
          + "+|"
          + OPTIONAL_SIGN
          + UPPER
          + "+"
          + LOWER
          + "*"
          + "|\\p{N}"
          + SLASH_TAIL;
  static final String GPT4O =
      OPTIONAL_SIGN
          + UPPER
          + "*"
          + LOWER
          + "+"
          + CONTRACTIONS
          + "?|"
          + OPTIONAL_SIGN
          + UPPER
          + "+"
          + LOWER
          + "*"
          + CONTRACTIONS
          + "?|\\p{N}{1,3}"
          + SLASH_TAIL;

  static final Set<String> COVERING =
      Set.of(GPT2, LLAMA3, LLAMA3_SPELT, QWEN2, QWEN2_SPELT, QWEN35, QWEN35_SPELT, TEKKEN, GPT4O);

  private Patterns() {}
}
