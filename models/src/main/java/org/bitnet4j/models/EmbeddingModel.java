package org.bitnet4j.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.architecture.ModelFamily;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.forward.WarmUpReport;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.models.weights.LoadReport;

/// A model that turns texts into vectors, in this process.
///
/// The text gets the token that ends it, and the hidden state of that last token, behind the final
/// norm and brought to length 1, is its embedding: what BitNet embedding models (Qwen3 and Gemma 3)
/// were trained for. A causal language model works too, but was not trained for it. Vectors have
/// the same bits for every number of threads and every machine. Usable from many threads.
public final class EmbeddingModel implements AutoCloseable {
  /// What ends a text for models that stand on Qwen3, whose end of a turn is another token.
  private static final String QWEN_END = "<|endoftext|>";

  private final Transformer transformer;
  private final SessionOptions session;
  private final Tokenizer tokenizer;
  private final OptionalInt end;

  private EmbeddingModel(Transformer transformer, SessionOptions session, Tokenizer tokenizer) {
    this.transformer = transformer;
    this.session = session;
    this.tokenizer = tokenizer;
    OptionalInt named =
        transformer.shape().family() == ModelFamily.QWEN3
            ? tokenizer.find(QWEN_END)
            : OptionalInt.empty();
    this.end = named.isPresent() ? named : tokenizer.endToken();
  }

  /// Loads a model with all processors.
  ///
  /// @param path a Hugging Face directory, a GGUF file or a `.trit` container
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or of a
  ///   model that this library cannot run
  public static EmbeddingModel load(Path path) {
    return load(path, LoadOptions.defaults());
  }

  /// Loads a model.
  ///
  /// @param path a Hugging Face directory, a GGUF file or a `.trit` container
  /// @param options how
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or of a
  ///   model that this library cannot run
  public static EmbeddingModel load(Path path, LoadOptions options) {
    return load(path, options, SessionOptions.of(Integer.MAX_VALUE));
  }

  /// Loads a model whose texts run in a way of their own.
  ///
  /// @param path a Hugging Face directory, a GGUF file or a `.trit` container
  /// @param options how it is loaded
  /// @param session how texts run; its capacity is the longest text in tokens, where the model's
  ///   own context is not less
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or of a
  ///   model that this library cannot run
  public static EmbeddingModel load(Path path, LoadOptions options, SessionOptions session) {
    Transformer transformer = Transformer.load(path, options, session.cache());
    try {
      return new EmbeddingModel(transformer, session, Tokenizer.of(transformer.sideFiles()));
    } catch (RuntimeException e) {
      transformer.close();
      throw e;
    }
  }

  /// Dimensions and family.
  public ModelShape shape() {
    return transformer.shape();
  }

  /// What warming up took.
  public WarmUpReport warmUp() {
    return transformer.warmUp();
  }

  /// What loading took and gave.
  public LoadReport report() {
    return transformer.report();
  }

  /// Values of an embedding.
  public int dimensions() {
    return transformer.shape().hidden();
  }

  /// The tokens of a text, with those that the model wants around it.
  ///
  /// @param text any text
  public int[] tokens(String text) {
    int[] tokens = tokenizer.encode(text);
    if (end.isEmpty() || (tokens.length > 0 && tokens[tokens.length - 1] == end.getAsInt())) {
      return tokens;
    }
    int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
    ended[tokens.length] = end.getAsInt();
    return ended;
  }

  /// The embeddings of texts. Their tokens pass the model together, and share the reading of
  /// weights: many texts in one call take less time than in calls of their own, and give the same
  /// bits.
  ///
  /// @param texts any texts; what the model wants in front of queries is the caller's to put there
  /// @throws org.bitnet4j.models.forward.ContextFullException for a text longer than the model's
  ///   context
  /// @throws IllegalArgumentException for a text without a token
  public List<Embedding> embed(List<String> texts) {
    return embed(texts, dimensions(), () -> false);
  }

  /// The embeddings of texts, in fewer dimensions.
  ///
  /// @param texts any texts; what the model wants in front of queries is the caller's to put there
  /// @param dimensions first values that stay, in \[1, dimensions()\]
  /// @param cancel asked now and then, whether to stop
  /// @throws org.bitnet4j.models.forward.ContextFullException for a text longer than the model's
  ///   context
  /// @throws IllegalArgumentException for a text without a token
  /// @throws java.util.concurrent.CancellationException where it was told to stop
  public List<Embedding> embed(List<String> texts, int dimensions, BooleanSupplier cancel) {
    if (dimensions < 1 || dimensions > dimensions()) {
      throw new IllegalArgumentException(
          "dimensions must be in [1, " + dimensions() + "], got [" + dimensions + "].");
    }
    List<int[]> all = texts.stream().map(this::tokens).toList();
    if (all.stream().anyMatch(tokens -> tokens.length == 0)) {
      throw new IllegalArgumentException("a text must have a token, got [an empty one].");
    }
    if (all.isEmpty()) {
      return List.of();
    }
    int capacity = Math.min(session.capacity(), shape().contextLength().orElse(Integer.MAX_VALUE));
    List<Embedding> embeddings = new ArrayList<>();
    transformer.encode(
        all,
        session.withCapacity(capacity),
        cancel,
        (text, hidden) -> embeddings.add(Embedding.of(hidden, dimensions, all.get(text).length)));
    return embeddings;
  }

  /// Releases threads and memory, after calls under way.
  @Override
  public void close() {
    tokenizer.close();
    transformer.close();
  }
}
