package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a model says about itself beside its weights: GGUF metadata, or config.json and the
/// tokenizer files.
sealed interface ModelFacts permits HuggingFaceFacts, GgufFacts {
  /// A number and the entry that says it.
  ///
  /// @param value the number
  /// @param where file and key
  record Declared(long value, String where) {}

  /// A text and the entry that says it.
  ///
  /// @param value the text
  /// @param where file and key
  record Text(String value, String where) {}

  /// The declared size of a dimension.
  Optional<Declared> declared(Axis axis);

  /// The declared number of layers.
  Optional<Declared> layers();

  /// How to correct the declared size of a dimension; empty where that is not one entry.
  List<Fix> correct(Axis axis, long value);

  /// How to correct the declared number of layers.
  List<Fix> correctLayers(long value);

  /// The vocabulary, absent without a tokenizer that could be read.
  @Nullable Vocabulary vocabulary();

  /// Whether there is a tokenizer of any kind.
  boolean hasTokenizer();

  /// The template of a conversation.
  Optional<Text> chatTemplate();

  /// How to replace that template.
  List<Fix> correctChatTemplate(String template);

  /// Ids of all tokens that engines stop at.
  Set<Long> stopTokens();

  /// Where they are declared.
  String stopTokensWhere();

  /// How to add one.
  List<Fix> addStopToken(long id);

  /// Whether the embedding serves as output head, where that is said.
  Optional<Boolean> isTied();

  /// The entry that says it.
  String tiedWhere();

  /// How an embedding model makes one vector of many: `LAST`, `MEAN`, …; absent where that is not
  /// said.
  Optional<Text> pooling();

  /// Where it ought to be said.
  String poolingWhere();

  /// How to set it to the last token.
  List<Fix> correctPooling();

  /// Names by which the model calls itself and its origin, in lower case.
  String names();
}
