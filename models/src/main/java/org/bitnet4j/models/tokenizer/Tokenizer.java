package org.bitnet4j.models.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.tokenizer.TokenizerMap;

/// The tokenizer of a model: text to tokens by the Hugging Face library, tokens to text here.
///
/// Byte-level BPE and SentencePiece-like BPE with bytes as a fallback are known, with the
/// pre-tokenizers of public ternary models. Usable from many threads; owns native memory until it
/// is closed.
public final class Tokenizer implements AutoCloseable {
  /// Most characters of one text: sixteen million.
  public static final int MAX_TEXT = 1 << 24;

  private final TokenizerFiles files;
  private final SpecialTokens special;
  private final Engine engine;
  private final TokenBytes bytes;
  private final SequencedSet<Integer> stops;
  private final int longest;

  private Tokenizer(TokenizerFiles files, byte[] json) {
    this.files = files;
    this.bytes = new TokenBytes(files);
    this.longest = bytes.longest();
    Map<Integer, String> specials = new HashMap<>();
    for (int id = 0; id < files.texts().size(); id++) {
      if (bytes.isSpecial(id)) {
        specials.put(id, files.texts().get(id));
      }
    }
    this.special = new SpecialTokens(specials);
    this.stops = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(files.stops()));
    this.engine = Engine.of(EngineJson.write(json, files, special.secrets()));
  }

  /// The tokenizer of a checkpoint.
  ///
  /// @param sideFiles small files of the model by name: tokenizer.json or tokenizer.model,
  ///   tokenizer_config.json, special_tokens_map.json, added_tokens.json, config.json,
  ///   generation_config.json; those of a GGUF file are made by its reader
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, a
  ///   tokenizer of another kind, and where there is none
  /// @throws EngineException where the engine does not run on this machine
  public static Tokenizer of(SortedMap<String, byte[]> sideFiles) {
    GgufMetadata keys = TokenizerMap.toGguf(sideFiles, 0, null);
    byte[] json = TokenizerFiles.json(sideFiles, keys);
    return new Tokenizer(TokenizerFiles.read(sideFiles, keys), json);
  }

  /// How many tokens there are; a model's table of embeddings may be longer.
  public int vocabularySize() {
    return bytes.size();
  }

  /// Tokens that end a generation: what config.json, generation_config.json, tokenizer_config.json
  /// or the GGUF keys declare as end of a text, a turn or a message; then the tokens of the
  /// vocabulary that end a turn by their text, such as `<|eot_id|>`, as models are distributed that
  /// declare too few.
  public SequencedSet<Integer> stopTokens() {
    return stops;
  }

  /// The token that begins a text, if the model has one.
  public OptionalInt beginToken() {
    return files.begin();
  }

  /// The token that ends a text, if the model has one.
  public OptionalInt endToken() {
    return files.end();
  }

  /// Whether a token steers the model and is no text.
  ///
  /// @param token its number
  public boolean isSpecial(int token) {
    return bytes.isSpecial(token);
  }

  /// A token as the vocabulary spells it: `Ġthe`, `▁the`, `<|eot_id|>`.
  ///
  /// @param token its number
  public String text(int token) {
    return files.texts().get(token);
  }

  /// The bytes that a token stands for, which need not be whole characters.
  ///
  /// @param token its number
  public byte[] bytes(int token) {
    return bytes.of(token);
  }

  /// The number of a token.
  ///
  /// @param text as the vocabulary spells it
  public OptionalInt find(String text) {
    int number = files.texts().indexOf(text);
    return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /// The tokens of a prompt: what the model wants around a text is added, special tokens in the
  /// text are text.
  ///
  /// @param text any text
  public int[] encode(String text) {
    return encode(text, true, false);
  }

  /// The tokens of a text. Half a surrogate pair counts as U+FFFD.
  ///
  /// @param text any text of at most [#MAX_TEXT] characters
  /// @param addSpecial whether the tokens that the model wants around a text are added
  /// @param parseSpecial whether `<|eot_id|>` in the text is the token, which only text from a
  ///   trusted source should be able to say; else it is spelt out in tokens of text
  public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
    String whole = wellFormed(text);
    int[] tokens = engine.encode(parseSpecial ? special.revealed(whole) : whole);
    return addSpecial ? framed(tokens) : tokens;
  }

  private int[] framed(int[] tokens) {
    int begin = files.addsBegin() && files.begin().isPresent() ? 1 : 0;
    int end = files.addsEnd() && files.end().isPresent() ? 1 : 0;
    if (begin + end == 0) {
      return tokens;
    }
    int[] framed = new int[begin + tokens.length + end];
    System.arraycopy(tokens, 0, framed, begin, tokens.length);
    if (begin > 0) {
      framed[0] = files.begin().getAsInt();
    }
    if (end > 0) {
      framed[framed.length - 1] = files.end().getAsInt();
    }
    return framed;
  }

  /// The native library takes texts in UTF-8, which has no halves of pairs.
  private static String wellFormed(String text) {
    if (text.length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          "text must have at most "
              + MAX_TEXT
              + " characters, got ["
              + text.length()
              + "]. Tokenize it in parts.");
    }
    return StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : replaceHalves(text);
  }

  private static String replaceHalves(String text) {
    int[] points = text.codePoints().map(c -> isHalf(c) ? 0xFFFD : c).toArray();
    return new String(points, 0, points.length);
  }

  private static boolean isHalf(int c) {
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
  }

  /// Fewer tokens than a text can have, without looking at what it says: a cheap way to refuse one
  /// that is far too long. Composing characters may shorten a text, a few bytes at a time.
  ///
  /// @param text any text
  public int fewestTokens(String text) {
    return text.length() / Math.max(1, 4 * longest);
  }

  /// The text of tokens that begin a text; special tokens are left out.
  ///
  /// @param tokens their numbers
  /// @throws IndexOutOfBoundsException for a number outside of the vocabulary
  public String decode(int[] tokens) {
    return decode(tokens, false);
  }

  /// The text of tokens that begin a text.
  ///
  /// @param tokens their numbers
  /// @param showSpecial whether special tokens appear as they are written
  /// @throws IndexOutOfBoundsException for a number outside of the vocabulary
  public String decode(int[] tokens, boolean showSpecial) {
    StreamingDecoder decoder = decoder(true, showSpecial);
    String text = decoder.add(tokens);
    return text + decoder.finish();
  }

  /// A decoder that takes token after token.
  ///
  /// @param fromStart whether the tokens begin a text: a tokenizer that puts a space in front of
  ///   every text takes it away again there; false for tokens that continue a text
  /// @param showSpecial whether special tokens appear as they are written
  public StreamingDecoder decoder(boolean fromStart, boolean showSpecial) {
    return new StreamingDecoder(bytes, fromStart && files.spacePrefix(), showSpecial);
  }

  /// Special tokens of a model, for chat templates.
  SpecialTokens special() {
    return special;
  }

  /// The tokens of a text in which special tokens count, except where they are shielded.
  ///
  /// @param rendered what a chat template made of shielded texts
  int[] encodeRendered(String rendered) {
    return engine.encode(special.unshielded(special.revealed(wellFormed(rendered))));
  }

  /// Releases the native memory; calls under way finish first, later ones are refused.
  @Override
  public void close() {
    engine.close();
  }

  @Override
  public String toString() {
    return "Tokenizer["
        + vocabularySize()
        + " tokens, stops at "
        + Arrays.toString(stopArray())
        + "]";
  }

  private int[] stopArray() {
    return stops.stream().mapToInt(Integer::intValue).toArray();
  }
}
