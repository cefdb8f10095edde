package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.tokenizer.Step.Bytes;
import org.bitnet4j.formats.tokenizer.Step.Digits;
import org.bitnet4j.formats.tokenizer.Step.Punctuation;
import org.bitnet4j.formats.tokenizer.Step.Split;

/// The names that `tokenizer.ggml.pre` gives to pre-tokenizers of byte-level BPE, and what a
/// tokenizer.json says in their place.
///
/// A GGUF engine knows a pre-tokenizer by its name alone, a tokenizer.json spells it out. The table
/// pairs the names in llama.cpp's vocabulary loader with the steps of the public tokenizer.json
/// files that they were made for; a name is never guessed. Two cases are decisions of this library:
///
/// - `falcon3` is the Llama 3 pattern in llama.cpp and the three patterns of Falcon's models,
///   digits cut one by one, in bitnet.cpp. The models' tokenizer.json has the three, so they are
///   what the name is read as, and they are written as `falcon_e`: an engine either knows that name
///   or refuses, but none takes it for another pattern.
/// - The Llama 3 pattern with merges applied to words that are tokens already (`ignore_merges`
///   false) is written as `smaug-bpe`, the name that means exactly this.
public final class PreTokenizers {
  /// What engines take where the key is missing.
  static final String DEFAULT = "default";

  /// Cuts nothing away and, where there are no merges, nothing in two that would be one token.
  static final String PLAIN = "gpt-2";

  private static final Bytes BYTES = new Bytes(false);
  private static final Bytes WORDS_AND_BYTES = new Bytes(true);

  /// A pre-tokenizer.
  ///
  /// @param names its names, the one that is written first
  /// @param ignoreMerges whether engines give a word that is a token as that token, without merges
  /// @param addsBegin whether engines begin with the begin token unless a key says otherwise
  /// @param forms its steps, the form that is written first
  private record Entry(
      List<String> names, boolean ignoreMerges, boolean addsBegin, List<List<Step>> forms) {}

  private static final List<Entry> TABLE =
      List.of(
          new Entry(
              List.of("llama-bpe", "llama3", "llama-v3"),
              true,
              true,
              splits(Patterns.LLAMA3, Patterns.LLAMA3_SPELT)),
          new Entry(
              List.of("smaug-bpe", "dbrx", "chatglm-bpe", "glm4"),
              false,
              false,
              splits(Patterns.LLAMA3, Patterns.LLAMA3_SPELT)),
          new Entry(
              List.of(
                  "qwen2",
                  "deepseek-r1-qwen",
                  "stablelm2",
                  "hunyuan",
                  "megrez",
                  "solar-open",
                  "grok-2"),
              false,
              false,
              splits(Patterns.QWEN2, Patterns.QWEN2_SPELT)),
          new Entry(
              List.of("qwen35"), false, false, splits(Patterns.QWEN35, Patterns.QWEN35_SPELT)),
          new Entry(
              List.of(
                  PLAIN,
                  "phi-2",
                  "mpt",
                  "olmo",
                  "jais",
                  "exaone4",
                  "gigachat",
                  "mellum",
                  "trillion"),
              false,
              false,
              List.of(
                  List.of(WORDS_AND_BYTES),
                  List.of(new Split(Patterns.GPT2), BYTES),
                  List.of(new Split(Patterns.GPT2_SHORT), BYTES))),
          new Entry(
              List.of("falcon"),
              false,
              false,
              List.of(
                  List.of(
                      new Punctuation(),
                      WORDS_AND_BYTES,
                      new Digits(false),
                      new Split("[0-9][0-9][0-9]")))),
          new Entry(
              List.of("falcon_e", "falcon3"),
              false,
              false,
              List.of(
                  falconDigits(new Digits(true), new Split("[0-9]")),
                  falconDigits(new Digits(false), new Split("[0-9]")),
                  falconDigits(new Digits(true)),
                  falconDigits(new Split("[0-9]")))),
          new Entry(
              List.of("smollm", "starcoder", "refact", "command-r", "codeshell", "minerva-7b"),
              false,
              false,
              List.of(List.of(new Digits(true), WORDS_AND_BYTES))),
          new Entry(List.of("tekken"), true, true, splits(Patterns.TEKKEN)),
          new Entry(List.of("gpt-4o", "llama4", "kanana2"), false, false, splits(Patterns.GPT4O)),
          new Entry(
              List.of(DEFAULT),
              false,
              false,
              List.of(
                  List.of(
                      new Split("[\\p{P}\\$\\+<=>\\^~\\|]+"),
                      new Split(Patterns.GPT2_SHORT),
                      new Split("\\p{N}+"),
                      new Split("[0-9][0-9][0-9]"),
                      BYTES))));

  private static final Map<String, Entry> BY_NAME = new LinkedHashMap<>();

  static {
    TABLE.forEach(entry -> entry.names.forEach(name -> BY_NAME.put(name, entry)));
  }

  private PreTokenizers() {}

  private static List<List<Step>> splits(String... patterns) {
    return Arrays.stream(patterns)
        .map(pattern -> List.<Step>of(new Split(pattern), BYTES))
        .toList();
  }

  private static List<Step> falconDigits(Step... digits) {
    List<Step> steps = new ArrayList<>(List.of(new Punctuation(), WORDS_AND_BYTES));
    steps.addAll(List.of(digits));
    return List.copyOf(steps);
  }

  /// All names that this library can turn into a tokenizer.json.
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  /// Whether a name is one of them.
  ///
  /// @param name a value of `tokenizer.ggml.pre`
  public static boolean isKnown(String name) {
    return BY_NAME.containsKey(name);
  }

  /// Whether two names stand for the same pre-tokenizer; names that are not known here only equal
  /// themselves.
  ///
  /// @param first a value of `tokenizer.ggml.pre`
  /// @param second another
  public static boolean areSame(String first, String second) {
    Entry entry = BY_NAME.get(first);
    return first.equals(second) || (entry != null && entry.names.contains(second));
  }

  /// The name that belongs to a tokenizer.json; empty where no name means what it says.
  ///
  /// @param tokenizerJson the whole file
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format or is no
  ///   byte-level BPE
  public static Optional<String> nameOf(byte[] tokenizerJson) {
    TokenizerJson json = TokenizerJson.parse(tokenizerJson);
    return json.family() == Family.BYTE_LEVEL ? json.preTokenizerName() : Optional.of(DEFAULT);
  }

  /// The name that belongs to a vocabulary that is known by itself, for a GGUF without the key: the
  /// 128256 tokens of Llama 3, which BitNet b1.58 2B-4T shares. Empty for any other.
  ///
  /// @param metadata metadata of a GGUF model
  public static Optional<String> ofVocabulary(GgufMetadata metadata) {
    List<String> tokens = metadata.texts(Keys.TOKENS);
    return tokens.size() == 128_256
            && tokens.get(128_000).equals("<|begin_of_text|>")
            && tokens.get(128_009).equals("<|eot_id|>")
        ? Optional.of("llama-bpe")
        : Optional.empty();
  }

  /// The name for steps; empty where there is none. Words do not matter where nothing merges.
  static Optional<String> nameOf(List<Step> steps, boolean ignoreMerges, boolean withoutMerges) {
    if (withoutMerges && !ignoreMerges && steps.stream().allMatch(Bytes.class::isInstance)) {
      return Optional.of(PLAIN);
    }
    return TABLE.stream()
        .filter(entry -> entry.ignoreMerges == ignoreMerges && entry.forms.contains(steps))
        .map(entry -> entry.names.getFirst())
        .findFirst();
  }

  /// The steps that a known name stands for.
  static List<Step> stepsOf(String name) {
    return entry(name).forms.getFirst();
  }

  /// Whether a known name comes with `ignore_merges`.
  static boolean ignoresMerges(String name) {
    return entry(name).ignoreMerges;
  }

  /// Whether engines begin with the begin token for this name, known or not, unless told otherwise.
  static boolean addsBegin(String name) {
    Entry entry = BY_NAME.get(name);
    return entry != null && entry.addsBegin;
  }

  private static Entry entry(String name) {
    Entry entry = BY_NAME.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("name must be a known pre-tokenizer, got [" + name + "]");
    }
    return entry;
  }
}
