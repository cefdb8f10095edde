package org.bitnet4j.cli;

import java.util.List;
import java.util.Map;
import org.bitnet4j.models.GenerationRequest;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.sampling.SamplingConfigBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How tokens are chosen, and when a generation ends.
final class SamplingOptions {
  @Option(
      names = {"-n", "--max-tokens"},
      paramLabel = "N",
      defaultValue = "256",
      description = "Most tokens to generate (default 256).")
  private int maxTokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description =
          "0 (default) always takes the most probable token; 1 is the model's own choice.")
  private double temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Only the K most probable tokens.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Only the most probable tokens that reach P together.")
  private @Nullable Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Only tokens at least P times as probable as the most probable one.")
  private @Nullable Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Above 1, tokens seen before become less probable.")
  private @Nullable Double repetitionPenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      description = "Taken from the logit of a token each time that it was seen.")
  private @Nullable Double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "F",
      description = "Taken from the logit of a token that was seen.")
  private @Nullable Double presencePenalty;

  @Option(
      names = "--logit-bias",
      paramLabel = "TOKEN=BIAS",
      description = "Added to the logit of a token; may be given several times.")
  private Map<Integer, Float> logitBias = Map.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same text (default: random, and said).")
  private @Nullable Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the text, and is not part of it; may be given several times.")
  private List<String> stop = List.of();

  /// The request for a prompt.
  ///
  /// @param vocabulary tokens that the model knows
  GenerationRequest apply(GenerationRequest request, int vocabulary) {
    logitBias.keySet().forEach(token -> requireKnown(token, vocabulary));
    if (maxTokens < 1) {
      throw new UsageException("--max-tokens must be at least 1, got [" + maxTokens + "].");
    }
    return request.withMaxTokens(maxTokens).withSampling(sampling()).withStop(stop);
  }

  private static void requireKnown(int token, int vocabulary) {
    if (token < 0 || token >= vocabulary) {
      throw new UsageException(
          "--logit-bias must name a token in [0, " + (vocabulary - 1) + "], got [" + token + "].");
    }
  }

  private SamplingConfig sampling() {
    SamplingConfigBuilder builder = SamplingConfig.builder().temperature(temperature);
    if (topK != null) {
      builder.topK(topK);
    }
    if (topP != null) {
      builder.topP(topP);
    }
    if (minP != null) {
      builder.minP(minP);
    }
    if (repetitionPenalty != null) {
      builder.repetitionPenalty(repetitionPenalty);
    }
    if (frequencyPenalty != null) {
      builder.frequencyPenalty(frequencyPenalty);
    }
    if (presencePenalty != null) {
      builder.presencePenalty(presencePenalty);
    }
    if (!logitBias.isEmpty()) {
      builder.logitBias(logitBias);
    }
    if (seed != null) {
      builder.seed(seed);
    }
    return builder.build();
  }
}
