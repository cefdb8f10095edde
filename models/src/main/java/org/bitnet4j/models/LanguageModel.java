package org.bitnet4j.models;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.forward.ContextFullException;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.forward.WarmUpReport;
import org.bitnet4j.models.sampling.Sampler;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.sampling.StopStrings;
import org.bitnet4j.models.tokenizer.Chat;
import org.bitnet4j.models.tokenizer.ChatTemplate;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.models.weights.LoadReport;
import org.bitnet4j.quant.kernels.KernelPlan;
import org.jspecify.annotations.Nullable;

/// A model that generates text, in this process.
///
/// Usable from many threads: requests run side by side, up to [LanguageModelOptions#sessions()],
/// and take turns on the same threads, token by token. The same request with the same seed gives
/// the same tokens on every machine, however many run beside it.
///
/// A generated token costs at most 256 bytes of garbage once code is compiled: its place in the
/// result and its text. The forward pass and sampling leave none.
public final class LanguageModel implements AutoCloseable {
  private final Transformer transformer;
  private final Tokenizer tokenizer;
  private final SessionPool sessions;
  private @Nullable ChatTemplate template;

  private LanguageModel(
      Transformer transformer, Tokenizer tokenizer, LanguageModelOptions options) {
    this.transformer = transformer;
    this.tokenizer = tokenizer;
    this.sessions = new SessionPool(transformer, options);
  }

  /// Loads a model with [LanguageModelOptions#defaults()].
  ///
  /// @param path a Hugging Face directory, a GGUF file or a `.trit` container
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or of a
  ///   model that this library cannot run
  public static LanguageModel load(Path path) {
    return load(path, LanguageModelOptions.defaults());
  }

  /// Loads a model.
  ///
  /// @param path a Hugging Face directory, a GGUF file or a `.trit` container
  /// @param options how
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, or of a
  ///   model that this library cannot run
  public static LanguageModel load(Path path, LanguageModelOptions options) {
    Transformer transformer = Transformer.load(path, options.load(), options.session().cache());
    try {
      return new LanguageModel(transformer, Tokenizer.of(transformer.sideFiles()), options);
    } catch (RuntimeException e) {
      transformer.close();
      throw e;
    }
  }

  /// Dimensions and family.
  public ModelShape shape() {
    return transformer.shape();
  }

  /// What loading took and gave.
  public LoadReport report() {
    return transformer.report();
  }

  /// What warming up took.
  public WarmUpReport warmUp() {
    return transformer.warmUp();
  }

  /// Which kernels run, and why.
  public KernelPlan plan() {
    return transformer.plan();
  }

  /// Text to tokens and back.
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Tokens that a prompt and its answer can have together.
  public int contextLength() {
    return sessions.context();
  }

  /// The form of its conversations.
  ///
  /// @throws org.bitnet4j.models.tokenizer.NoChatTemplateException where the model has none
  /// @throws org.bitnet4j.models.template.TemplateException where it breaks the syntax
  public synchronized ChatTemplate chatTemplate() {
    ChatTemplate known = template;
    if (known == null) {
      known = ChatTemplate.of(transformer.sideFiles(), tokenizer);
      template = known;
    }
    return known;
  }

  /// The tokens of a prompt.
  ///
  /// @param prompt the prompt
  /// @throws org.bitnet4j.models.tokenizer.NoChatTemplateException for a conversation with a model
  ///   that has no template
  /// @throws org.bitnet4j.models.template.TemplateException where the template fails or refuses the
  ///   conversation
  public int[] tokens(GenerationRequest.Prompt prompt) {
    return switch (prompt) {
      case GenerationRequest.Prompt.Text(String text) -> tokenizer.encode(text);
      case GenerationRequest.Prompt.Tokens(var numbers) ->
          numbers.stream().mapToInt(Integer::intValue).toArray();
      case GenerationRequest.Prompt.Conversation(Chat chat) -> chatTemplate().encode(chat);
    };
  }

  /// Goes on with a prompt.
  ///
  /// @param request what is asked
  /// @throws ContextFullException for a prompt that leaves no room for a token
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for sampling with an error
  /// @throws IllegalArgumentException for an empty prompt, and a token outside of the vocabulary
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, GenerationListener.NONE);
  }

  /// Goes on with a prompt, and tells of each piece of text.
  ///
  /// @param request what is asked
  /// @param listener told of text, and asked whether to stop; what it throws ends the generation
  /// @return also where it was cancelled: what there was until then
  /// @throws ContextFullException for a prompt that leaves no room for a token
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for sampling with an error
  /// @throws IllegalArgumentException for an empty prompt, and a token outside of the vocabulary
  /// @throws CancellationException where the thread is interrupted while it waits for its turn; it
  ///   stays interrupted
  public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
    if (request.prompt() instanceof GenerationRequest.Prompt.Text(String text)) {
      requireRoom(tokenizer.fewestTokens(text)); // before megabytes are tokenized
    }
    int[] prompt = tokens(request.prompt());
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt must have a token, got [an empty one].");
    }
    requireRoom(prompt.length);
    Sampler sampler = new Sampler(seeded(request.sampling()), transformer.shape().vocabulary());
    StopStrings stops = new StopStrings(request.stop());
    int most = Math.min(request.maxTokens(), sessions.context() - prompt.length);
    SessionPool.Lease lease = take(prompt, prompt.length + most);
    int[] evaluated = {};
    try {
      Generation generation =
          new Generation(
              lease.session(),
              prompt,
              most,
              sampler,
              tokenizer.decoder(false, false),
              stops,
              request.stopsAtTokens() ? tokenizer.stopTokens() : Set.of(),
              listener);
      GenerationResult result = generation.run(lease.shared(prompt));
      evaluated = generation.evaluated();
      return result;
    } finally {
      if (evaluated.length == 0) {
        lease.session().truncate(0);
      }
      sessions.giveBack(lease, evaluated);
    }
  }

  private void requireRoom(int promptTokens) {
    if (promptTokens >= sessions.context()) {
      throw new ContextFullException(sessions.context(), promptTokens, 1);
    }
  }

  private SessionPool.Lease take(int[] prompt, int length) {
    try {
      return sessions.take(prompt, length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for a session");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  private static SamplingConfig seeded(SamplingConfig config) {
    return config.isGreedy() || config.seed() != null
        ? config
        : config.withSeed(ThreadLocalRandom.current().nextLong());
  }

  /// Waits for requests under way, then releases threads and memory.
  @Override
  public void close() {
    sessions.close();
    tokenizer.close();
    transformer.close();
  }
}
