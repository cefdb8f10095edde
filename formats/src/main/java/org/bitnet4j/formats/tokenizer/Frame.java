package org.bitnet4j.formats.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// A tokenizer.json without its vocabulary and merges: in a few kilobytes all that GGUF has no keys
/// for, such as the flags of added tokens and the normalizer.
final class Frame {
  private static final String NO_VOCABULARY = "{}";
  private static final String NO_MERGES = "[]";

  private final byte[] text;
  private final Span vocabulary;
  private final Span merges;

  /// Where a value stands in a text.
  ///
  /// @param begin its first byte, −1 where it is absent
  /// @param end behind its last
  record Span(int begin, int end) {
    static final Span ABSENT = new Span(-1, -1);

    boolean isPresent() {
      return begin >= 0;
    }
  }

  private Frame(byte[] text, Span vocabulary, Span merges) {
    this.text = text;
    this.vocabulary = vocabulary;
    this.merges = merges;
  }

  /// The frame of a file, whose bytes may not be changed afterwards.
  ///
  /// @param text the file, checked
  /// @param vocabulary where the vocabulary stands
  /// @param merges where the merges stand
  static Frame of(byte[] text, Span vocabulary, Span merges) {
    return new Frame(text, vocabulary, merges);
  }

  /// Whether both parts have a place.
  boolean isComplete() {
    return vocabulary.isPresent() && merges.isPresent();
  }

  /// The text without the two parts.
  String text() {
    return new String(
        with(
            NO_VOCABULARY.getBytes(StandardCharsets.UTF_8),
            NO_MERGES.getBytes(StandardCharsets.UTF_8)),
        StandardCharsets.UTF_8);
  }

  /// The text with other parts in their places.
  ///
  /// @param vocabularyJson the vocabulary, JSON text
  /// @param mergesJson the merges, JSON text
  byte[] with(byte[] vocabularyJson, byte[] mergesJson) {
    boolean vocabularyFirst = vocabulary.begin < merges.begin;
    Span first = vocabularyFirst ? vocabulary : merges;
    Span second = vocabularyFirst ? merges : vocabulary;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(text, 0, first.begin);
    out.writeBytes(vocabularyFirst ? vocabularyJson : mergesJson);
    out.write(text, first.end, second.begin - first.end);
    out.writeBytes(vocabularyFirst ? mergesJson : vocabularyJson);
    out.write(text, second.end, text.length - second.end);
    return out.toByteArray();
  }
}
