package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufArray;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.json.JsonTree;

/// Tokens that end a generation: what a model's files declare, against what its vocabulary and its
/// chat templates offer. Where they differ, a model talks on past the end of its answer.
///
/// @param declared numbers that any file declares to end a text, a turn or a message
/// @param markers tokens of the vocabulary that by their text end a turn or a text
public record StopTokens(SequencedSet<Integer> declared, List<Marker> markers) {
  /// A token that by its text ends something.
  ///
  /// @param id its number
  /// @param text its text: `<|eot_id|>`
  /// @param inTemplate whether a chat template of the model writes it
  public record Marker(int id, String text, boolean inTemplate) {}

  /// Ends of turns and texts, by llama.cpp's list: engines stop at them whatever is declared.
  private static final Set<String> ENDS =
      Set.of(
          "<|eot_id|>",
          "<|eom_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "<end_of_utterance>",
          "<｜end▁of▁sentence｜>");

  /// Ends of turns among them.
  private static final Set<String> TURN_ENDS =
      Set.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<end_of_turn>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "<end_of_utterance>");

  /// Most numbers that a list of ends may have.
  private static final int MAX_LISTED = 1024;

  /// The stop tokens of a GGUF model.
  ///
  /// @param metadata its metadata
  /// @throws org.bitnet4j.quant.MalformedFileException for a value of another type
  public static StopTokens of(GgufMetadata metadata) {
    SequencedSet<Integer> declared = new LinkedHashSet<>();
    List<String> tokens = metadata.texts(Keys.TOKENS);
    for (SpecialToken role :
        List.of(SpecialToken.END, SpecialToken.END_OF_TURN, SpecialToken.END_OF_MESSAGE)) {
      metadata.integer(role.key()).ifPresent(id -> addIfToken(declared, id, tokens));
    }
    return new StopTokens(declared, markers(tokens, ChatTemplates.of(metadata).values()));
  }

  private static void addIfToken(Set<Integer> declared, long id, List<String> tokens) {
    if (id >= 0 && id < tokens.size()) {
      declared.add((int) id);
    }
  }

  /// The stop tokens of a Hugging Face model; empty where it has no tokenizer.json and no
  /// tokenizer.model.
  ///
  /// @param sideFiles small files of the model by name
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format
  public static Optional<StopTokens> of(SortedMap<String, byte[]> sideFiles) {
    byte[] json = sideFiles.get(TokenizerJson.FILE);
    byte[] pieces = sideFiles.get(SentencePieceModel.FILE);
    if (json == null && pieces == null) {
      return Optional.empty();
    }
    TokenizerModel model =
        json == null
            ? PieceTokenizer.read(sideFiles, Objects.requireNonNull(pieces), 0)
            : new HuggingFaceTokenizer(sideFiles, json).read(0, PreTokenizers.DEFAULT);
    SequencedSet<Integer> declared = new LinkedHashSet<>();
    Integer end = model.special().get(SpecialToken.END);
    if (end != null) {
      declared.add(end);
    }
    for (int id : listed(sideFiles)) {
      addIfToken(declared, id, model.tokens());
    }
    return Optional.of(
        new StopTokens(declared, markers(model.tokens(), model.templates().values())));
  }

  /// The stop tokens of a Hugging Face model whose tokenizer was mapped before, without reading its
  /// files for the tokenizer again.
  ///
  /// @param sideFiles small files of the model by name
  /// @param tokenizer what [TokenizerMap#toGguf] made of them
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format
  public static StopTokens of(SortedMap<String, byte[]> sideFiles, GgufMetadata tokenizer) {
    StopTokens mapped = of(tokenizer);
    SequencedSet<Integer> declared = new LinkedHashSet<>(mapped.declared);
    int tokens = tokenizer.array(Keys.TOKENS).map(GgufArray::size).orElse(0);
    for (int id : listed(sideFiles)) {
      if (id < tokens) {
        declared.add(id);
      }
    }
    return new StopTokens(declared, mapped.markers);
  }

  private static List<Marker> markers(List<String> tokens, Collection<String> templates) {
    List<Marker> markers = new ArrayList<>();
    for (int id = 0; id < tokens.size(); id++) {
      String text = tokens.get(id);
      if (ENDS.contains(text)) {
        markers.add(
            new Marker(id, text, templates.stream().anyMatch(template -> template.contains(text))));
      }
    }
    return List.copyOf(markers);
  }

  /// The markers that nobody declares: engines that go by what is declared do not stop at them.
  public List<Marker> undeclared() {
    return markers.stream().filter(marker -> !declared.contains(marker.id())).toList();
  }

  /// The markers that a model must be stopped at and that nobody declares: they end a turn by their
  /// text, or a chat template writes them.
  public List<Marker> missing() {
    return undeclared().stream()
        .filter(marker -> marker.inTemplate() || TURN_ENDS.contains(marker.text()))
        .toList();
  }

  /// The numbers that end a generation: those declared, then the markers, at which engines stop
  /// whatever is declared.
  public List<Integer> all() {
    SequencedSet<Integer> all = new LinkedHashSet<>(declared);
    markers.forEach(marker -> all.add(marker.id()));
    return List.copyOf(all);
  }

  /// `eos_token_id` of config.json and generation_config.json, in that order.
  private static SequencedSet<Integer> listed(SortedMap<String, byte[]> sideFiles) {
    SequencedSet<Integer> listed = new LinkedHashSet<>();
    for (String name : List.of("config.json", "generation_config.json")) {
      byte[] file = sideFiles.get(name);
      if (file != null) {
        Companions.parse(name, file)
            .find(SpecialToken.END.idEntry())
            .ifPresent(entry -> listed.addAll(ids(entry)));
      }
    }
    return listed;
  }

  /// A number or a list of numbers; −1, which some configurations have for none, is left out.
  static List<Integer> ids(JsonTree entry) {
    List<JsonTree> entries = entry.isArray() ? entry.items() : List.of(entry);
    if (entries.size() > MAX_LISTED) {
      throw entry.fail("at most " + MAX_LISTED + " numbers");
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonTree id : entries) {
      if (id.isNumber() && id.number() != -1) {
        ids.add((int) id.integer(Integer.MAX_VALUE));
      }
    }
    return ids;
  }

  /// The token that ends a turn, where it is not the end of the text: another one that the
  /// configurations list, else a marker that a chat template writes, else `<|eot_id|>`. Empty where
  /// there is none, or more than one to choose from.
  ///
  /// @param sideFiles small files of the model by name
  /// @param special roles known so far
  /// @param tokens texts by number
  /// @param templates chat templates
  static OptionalInt endOfTurn(
      SortedMap<String, byte[]> sideFiles,
      Map<SpecialToken, Integer> special,
      List<String> tokens,
      Collection<String> templates) {
    Integer end = special.get(SpecialToken.END);
    List<Marker> markers =
        markers(tokens, templates).stream()
            .filter(marker -> end == null || marker.id() != end)
            .toList();
    Set<Integer> listed = listed(sideFiles);
    List<List<Marker>> choices =
        List.of(
            markers.stream()
                .filter(marker -> listed.contains(marker.id()))
                .filter(marker -> TURN_ENDS.contains(marker.text()))
                .toList(),
            markers.stream().filter(Marker::inTemplate).toList(),
            markers.stream().filter(marker -> marker.text().equals("<|eot_id|>")).toList());
    for (List<Marker> choice : choices) {
      if (!choice.isEmpty()) {
        return choice.size() == 1 ? OptionalInt.of(choice.getFirst().id()) : OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
  }
}
