package org.bitnet4j.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bitnet4j.models.LanguageModelOptions;
import org.bitnet4j.models.forward.ActivationPolicy;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.Configuration;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which model runs, and how.
final class ModelOptions {
  private static final String AS_TRAINED = "as-trained";
  private static final String EXACT = "exact";
  private static final String INT8 = "int8";

  /// Code is warmed up while a model is loaded, and no longer: a command that ends with its answer
  /// has nothing to gain from waiting.
  private static final Duration BESIDE_LOADING = Duration.ofMillis(1);

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      required = true,
      description = "A Hugging Face directory, a GGUF file or a .trit file.")
  private Path path = Path.of("");

  @Option(
      names = "--head",
      paramLabel = "FORMAT",
      description =
          "How the output head is held: float32, float16, bfloat16, int8 or int4 (default: as in"
              + " the file, nothing lost).")
  private @Nullable String head;

  @Option(
      names = "--embedding",
      paramLabel = "FORMAT",
      description =
          "How the embedding table is held: float32, float16, bfloat16, int8 or int4 (default: as"
              + " in the file, nothing lost). The same as of a tied head makes the two one matrix.")
  private @Nullable String embedding;

  @Option(
      names = "--cache",
      paramLabel = "FORMAT",
      defaultValue = "float32",
      description =
          "How keys and values are held: float32 (default, exact), float16 (half the memory) or int8"
              + " (a quarter).")
  private String cache = "float32";

  @Option(
      names = "--activations",
      paramLabel = "HOW",
      defaultValue = AS_TRAINED,
      description =
          "Inputs of linear layers: as-trained (default), exact (no quantization) or int8 (per"
              + " token, as b1.58).")
  private String activations = AS_TRAINED;

  @Option(
      names = "--activation-config",
      paramLabel = "FILE",
      description =
          "Inputs of linear layers quantized by a configuration in YAML or JSON (see bitnet config"
              + " schema activations), attention too where it has quantizeAttention.")
  private @Nullable Path activationConfig;

  @Option(
      names = "--attention-config",
      paramLabel = "FILE",
      description =
          "How attention is quantized, by a configuration in YAML or JSON (default: not).")
  private @Nullable Path attentionConfig;

  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private ReadOption reading = new ReadOption();

  Path path() {
    return path;
  }

  LoadOptions load() {
    LoadOptions options =
        LoadOptions.defaults()
            .withThreads(threads.count())
            .withRead(reading.options())
            .withWarmUp(BESIDE_LOADING);
    if (head != null) {
      options = options.withHead(oneOf("--head", head, DenseFormat.values()));
    }
    return embedding == null
        ? options
        : options.withEmbedding(oneOf("--embedding", embedding, DenseFormat.values()));
  }

  /// How a session of so many tokens runs.
  SessionOptions session(int capacity) {
    SessionOptions options =
        SessionOptions.of(capacity).withCache(cache()).withActivations(policy());
    return attentionConfig == null
        ? options
        : options.withAttention(configuration(AttentionQuantizationConfig.class, attentionConfig));
  }

  private CacheFormat cache() {
    return oneOf("--cache", cache, CacheFormat.values());
  }

  /// The model itself.
  Transformer transformer() {
    return Transformer.load(path, load(), cache());
  }

  /// How a language model is loaded and run.
  ///
  /// @param context room of a text in tokens, absent for the default
  LanguageModelOptions languageModel(@Nullable Integer context) {
    LanguageModelOptions defaults = LanguageModelOptions.defaults();
    int capacity = context == null ? defaults.session().capacity() : context;
    if (capacity < 2) {
      throw new UsageException("--context must be at least 2, got [" + capacity + "].");
    }
    return defaults.withLoad(load()).withSession(session(capacity));
  }

  /// Checks numbers of tokens.
  void requireKnown(List<Integer> tokens, int vocabulary) {
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary) {
        throw new UsageException(
            "--tokens must be in [0, " + (vocabulary - 1) + "], got [" + token + "].");
      }
    }
  }

  private ActivationPolicy policy() {
    if (activationConfig != null) {
      if (!activations.equals(AS_TRAINED)) {
        throw new UsageException("--activations and --activation-config exclude each other.");
      }
      return new ActivationPolicy.Configured(
          configuration(ActivationQuantizationConfig.class, activationConfig));
    }
    return switch (activations) {
      case AS_TRAINED -> new ActivationPolicy.AsTrained();
      case EXACT -> new ActivationPolicy.Exact();
      case INT8 -> new ActivationPolicy.Configured(ActivationQuantizationConfig.bitnet());
      default ->
          throw new UsageException(
              "--activations must be as-trained, exact or int8, got [" + activations + "].");
    };
  }

  private static <C extends Configuration> C configuration(Class<C> type, Path file) {
    return RecipeOptions.formatOf(file).read(type, file.toString(), EvalCommand.read(file));
  }

  private static <T extends Enum<T>> T oneOf(String option, String given, T[] values) {
    Optional<T> found =
        Arrays.stream(values).filter(value -> value.name().equalsIgnoreCase(given)).findFirst();
    return found.orElseThrow(() ->
        new UsageException(
            option
                + " must be one of "
                + Arrays.toString(values).toLowerCase(Locale.ROOT)
                + ", got ["
                + given
                + "]."));
  }
}
