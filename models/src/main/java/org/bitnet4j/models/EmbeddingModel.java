package org.bitnet4j.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.tokenizer.Tokenizer;

/// A ternary embedding model, in process: texts to vectors.
///
/// A text is given the token that ends texts, if the tokenizer has not put it there; the vector is
/// the hidden state of that last token behind the final norm, at length 1. Usable from many
/// threads; as many texts run at once as [ModelOptions#concurrent] says. A beginning that texts
/// share, such as an instruction, is computed once.
public final class EmbeddingModel implements AutoCloseable {
  private final Transformer transformer;
  private final Tokenizer tokenizer;
  private final SessionPool sessions;

  private EmbeddingModel(Transformer transformer, Tokenizer tokenizer, ModelOptions options) {
    this.transformer = transformer;
    this.tokenizer = tokenizer;
    this.sessions =
        new SessionPool(
            transformer,
            ModelParts.session(options, transformer.shape()),
            options.concurrent(),
            options.reusePrefix());
  }

  /// Loads a model of any format, with all processors, as it was trained.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or lacks
  ///   a part
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  public static EmbeddingModel load(Path path) {
    return load(path, ModelOptions.defaults());
  }

  /// Loads a model of any format.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @param options how
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or lacks
  ///   a part
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  public static EmbeddingModel load(Path path, ModelOptions options) {
    return ModelParts.load(
        path,
        options,
        (transformer, tokenizer) -> new EmbeddingModel(transformer, tokenizer, options));
  }

  /// The model without text: dimensions, load report.
  public Transformer transformer() {
    return transformer;
  }

  /// Text to tokens.
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Number of values of an embedding.
  public int dimensions() {
    return transformer.shape().hidden();
  }

  /// The embeddings of texts, in their order.
  ///
  /// @param texts any number; a prefix that the model wants of queries stands in them already
  /// @throws PromptTooLongException for a text that there is no room for
  public List<Embedding> embed(List<String> texts) {
    return embed(texts, false, () -> false);
  }

  /// The embeddings of texts, in their order.
  ///
  /// @param texts any number; a prefix that the model wants of queries stands in them already
  /// @param cut whether a text that is too long loses its end, else it is refused
  /// @param cancelled asked at every layer, whether to stop
  /// @throws PromptTooLongException for a text that there is no room for
  /// @throws java.util.concurrent.CancellationException where it was told to stop
  public List<Embedding> embed(List<String> texts, boolean cut, BooleanSupplier cancelled) {
    List<Embedding> embeddings = new ArrayList<>(texts.size());
    for (String text : texts) {
      embeddings.add(embed(tokens(text, cut), cancelled));
    }
    return embeddings;
  }

  private Embedding embed(int[] tokens, BooleanSupplier cancelled) {
    float[] hidden = new float[dimensions()];
    SessionPool.PrefixSession session = sessions.borrow(tokens, cancelled);
    try {
      session.begin(tokens, cancelled);
      session.session().hiddenState(hidden);
    } finally {
      sessions.giveBack(session, true);
    }
    return Embedding.normalized(hidden);
  }

  /// The tokens that a text becomes.
  ///
  /// @param text the text
  /// @param cut whether a text that is too long loses its end, else it is refused
  /// @throws PromptTooLongException for a text that there is no room for
  public int[] tokens(String text, boolean cut) {
    int capacity = sessions.capacity();
    int fewest = tokenizer.fewestTokens(text);
    if (!cut && fewest > capacity) {
      throw new PromptTooLongException(fewest, capacity);
    }
    int[] tokens = tokenizer.encode(text);
    OptionalInt end = tokenizer.endToken();
    boolean ends =
        end.isPresent() && tokens.length > 0 && tokens[tokens.length - 1] == end.getAsInt();
    if (end.isPresent() && !ends) {
      tokens = Arrays.copyOf(tokens, tokens.length + 1);
      tokens[tokens.length - 1] = end.getAsInt();
    }
    if (tokens.length == 0) {
      throw new IllegalArgumentException("a text must have a token, got [none].");
    }
    if (tokens.length <= capacity) {
      return tokens;
    }
    if (!cut) {
      throw new PromptTooLongException(tokens.length, capacity);
    }
    int[] head = Arrays.copyOf(tokens, capacity);
    if (end.isPresent()) {
      head[capacity - 1] = end.getAsInt();
    }
    return head;
  }

  /// Waits for texts under way, then releases memory and threads.
  @Override
  public void close() {
    sessions.close();
    transformer.close();
    tokenizer.close();
  }
}
