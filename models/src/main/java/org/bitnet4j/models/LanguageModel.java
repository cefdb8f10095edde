package org.bitnet4j.models;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.sampling.Sampler;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.tokenizer.ChatTemplate;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// A ternary language model, in process: weights, tokenizer and chat template of one checkpoint.
///
/// Usable from many threads. Each generation has a session of its own; as many run at once as
/// [ModelOptions#concurrent] says, others wait their turn. The same request with the same seed
/// gives the same text, whatever else runs.
///
/// ```java
/// try (LanguageModel model = LanguageModel.load(Path.of("model.trit"))) {
///   GenerationResult result = model.generate(GenerationRequest.complete("2+2="));
/// }
/// ```
public final class LanguageModel implements AutoCloseable {
  private static final SecureRandom SEEDS = new SecureRandom();

  private final Transformer transformer;
  private final Tokenizer tokenizer;
  private final @Nullable String givenTemplate;
  private final SessionPool sessions;
  private volatile @Nullable ChatTemplate template;

  private LanguageModel(Transformer transformer, Tokenizer tokenizer, ModelOptions options) {
    this.transformer = transformer;
    this.tokenizer = tokenizer;
    this.givenTemplate = options.chatTemplate();
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
  /// @throws MalformedFileException for a file that breaks its format, or lacks a part
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  /// @throws org.bitnet4j.models.tokenizer.EngineException where there is no tokenizer engine for
  ///   this machine
  public static LanguageModel load(Path path) {
    return load(path, ModelOptions.defaults());
  }

  /// Loads a model of any format.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @param options how
  /// @throws MalformedFileException for a file that breaks its format, or lacks a part
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  /// @throws org.bitnet4j.models.tokenizer.EngineException where there is no tokenizer engine for
  ///   this machine
  public static LanguageModel load(Path path, ModelOptions options) {
    return ModelParts.load(
        path,
        options,
        (transformer, tokenizer) -> new LanguageModel(transformer, tokenizer, options));
  }

  /// The model without text: dimensions, load report, sessions of one's own.
  public Transformer transformer() {
    return transformer;
  }

  /// Text to tokens and back.
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Most tokens of a prompt and its continuation.
  public int capacity() {
    return sessions.capacity();
  }

  /// The form of conversations.
  ///
  /// @throws org.bitnet4j.models.tokenizer.NoChatTemplateException where the model has none and
  ///   none was given
  /// @throws org.bitnet4j.models.template.TemplateException where it breaks the syntax
  public ChatTemplate chatTemplate() {
    ChatTemplate known = template;
    if (known == null) {
      String given = givenTemplate;
      known =
          given == null
              ? ChatTemplate.of(transformer.sideFiles(), tokenizer)
              : ChatTemplate.parse(given, tokenizer);
      template = known;
    }
    return known;
  }

  /// The tokens that a prompt becomes.
  ///
  /// @param prompt the prompt
  /// @throws PromptTooLongException where there is no room for it
  /// @throws IllegalArgumentException for a prompt without tokens, or one outside of the vocabulary
  /// @throws org.bitnet4j.models.template.TemplateException where the chat template fails
  public int[] tokens(Prompt prompt) {
    int[] tokens =
        switch (prompt) {
          case Prompt.Text(String text, boolean parseSpecial) -> {
            requireRoom(tokenizer.fewestTokens(text));
            yield tokenizer.encode(text, true, parseSpecial);
          }
          case Prompt.Tokens(var numbers) -> {
            requireRoom(numbers.size());
            yield numbers.stream().mapToInt(Integer::intValue).toArray();
          }
          case Prompt.Conversation(var chat) -> chatTemplate().encode(chat);
        };
    requireRoom(tokens.length);
    if (tokens.length == 0) {
      throw new IllegalArgumentException("a prompt must have a token, got [none].");
    }
    return tokens;
  }

  private void requireRoom(int tokens) {
    if (tokens > capacity()) {
      throw new PromptTooLongException(tokens, capacity());
    }
  }

  /// Generates a text.
  ///
  /// @param request what
  /// @throws PromptTooLongException where there is no room for the prompt
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for a sampling configuration with
  ///   an error
  /// @throws IllegalArgumentException for a prompt without tokens, a token outside of the
  ///   vocabulary, stop strings that cannot be used
  /// @throws org.bitnet4j.models.template.TemplateException where the chat template fails
  /// @throws org.bitnet4j.quant.InvalidTensorException where an activation is not finite
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, piece -> {}, () -> false);
  }

  /// Generates a text, handing it over while it grows.
  ///
  /// @param request what
  /// @param pieces takes each piece, on this thread
  /// @param cancelled asked at every layer and token, whether to stop; what was generated by then
  ///   is the result
  /// @throws PromptTooLongException where there is no room for the prompt
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for a sampling configuration with
  ///   an error
  /// @throws IllegalArgumentException for a prompt without tokens, a token outside of the
  ///   vocabulary, stop strings that cannot be used
  /// @throws org.bitnet4j.models.template.TemplateException where the chat template fails
  /// @throws org.bitnet4j.quant.InvalidTensorException where an activation is not finite
  /// @throws java.util.concurrent.CancellationException where it was told to stop before it began
  public GenerationResult generate(
      GenerationRequest request, Consumer<GeneratedPiece> pieces, BooleanSupplier cancelled) {
    int[] prompt = tokens(request.prompt());
    Set<Integer> stops = new HashSet<>(request.stopTokens());
    if (!request.ignoreStopTokens()) {
      stops.addAll(tokenizer.stopTokens());
    }
    Generation generation =
        new Generation(
            request,
            prompt,
            tokenizer.vocabularySize(),
            stops,
            new Sampler(seeded(request.sampling()), transformer.shape().vocabulary()),
            tokenizer.decoder(request.prompt() instanceof Prompt.Conversation, false),
            pieces,
            cancelled);
    SessionPool.PrefixSession session = sessions.borrow(prompt, cancelled);
    try {
      return generation.run(session);
    } finally {
      sessions.giveBack(session, request.keepPrefix());
    }
  }

  private static SamplingConfig seeded(SamplingConfig config) {
    return config.seed() == null && !config.isGreedy() ? config.withSeed(SEEDS.nextLong()) : config;
  }

  /// Waits for generations under way, then releases memory and threads.
  @Override
  public void close() {
    sessions.close();
    transformer.close();
    tokenizer.close();
  }
}
