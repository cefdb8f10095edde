package org.bitnet4j.models.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bitnet4j.quant.config.ConfigProblem;
import org.bitnet4j.quant.config.ConfigProblem.Severity;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.jspecify.annotations.Nullable;

/// How the next token is chosen. What each field does, in this order, says [Sampler].
///
/// @param temperature divides logits, in \[0, 100\]; 0 is greedy: always the most probable token
/// @param topK only the k most probable tokens are kept, 0 keeps all
/// @param topP only the most probable tokens are kept that together reach this probability, in \(0,
///   1\]; 1 keeps all
/// @param minP only tokens are kept at least this times as probable as the most probable one, in
///   \[0, 1\]; 0 keeps all
/// @param repetitionPenalty logits of tokens seen before: positive ones divided, negative ones
///   multiplied, in \[0.01, 100\]; 1 changes nothing
/// @param frequencyPenalty taken from the logit of a token for each time that it was seen, in
///   \[−100, 100\]
/// @param presencePenalty taken from the logit of a token that was seen, in \[−100, 100\]
/// @param penaltyWindow how many of the last tokens, of prompt and text, count as seen; −1 for all,
///   0 for none
/// @param logitBias added to the logits of tokens, by their numbers; −∞ forbids a token
/// @param seed of the generator; absent for one that is chosen at random and reported
/// @param topLogprobs for how many of the most probable tokens, beside the chosen one, logarithms
///   of probabilities are given, in \[0, 100\]; −1 for none at all
public record SamplingConfig(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    int penaltyWindow,
    Map<Integer, Float> logitBias,
    @Nullable Long seed,
    int topLogprobs) {
  /// No logarithms of probabilities are given.
  public static final int NO_LOGPROBS = -1;

  /// Most logarithms of probabilities for each token.
  public static final int MOST_LOGPROBS = 100;

  private static final SamplingConfig DEFAULTS =
      new SamplingConfig(1, 0, 1, 0, 1, 0, 0, -1, Map.of(), null, NO_LOGPROBS);

  /// Copies the map; see [#problems] for what may be wrong with the rest.
  public SamplingConfig {
    logitBias = Map.copyOf(logitBias);
  }

  /// The model's own distribution, nothing changed.
  public static SamplingConfig defaults() {
    return DEFAULTS;
  }

  /// Always the most probable token, the one with the lowest number where several are.
  public static SamplingConfig greedy() {
    return builder().temperature(0).build();
  }

  /// A builder that starts from the defaults.
  public static SamplingConfigBuilder builder() {
    return DEFAULTS.toBuilder();
  }

  /// A builder that starts from this configuration.
  public SamplingConfigBuilder toBuilder() {
    return new SamplingConfigBuilder(this);
  }

  /// Whether the most probable token is taken always.
  public boolean isGreedy() {
    return temperature == 0;
  }

  /// Whether logarithms of probabilities are given.
  public boolean hasLogprobs() {
    return topLogprobs >= 0;
  }

  /// This configuration with another seed.
  ///
  /// @param value the seed
  public SamplingConfig withSeed(long value) {
    return toBuilder().seed(value).build();
  }

  /// Everything that is wrong with this configuration, and settings that cannot act as warnings.
  public List<ConfigProblem> problems() {
    List<ConfigProblem> problems = new ArrayList<>();
    range(problems, "temperature", temperature, 0, 100, "0 is greedy, 1 changes nothing.");
    range(problems, "topK", topK, 0, Integer.MAX_VALUE, "0 keeps all tokens.");
    range(problems, "topP", topP, Double.MIN_VALUE, 1, "1 keeps all tokens.");
    range(problems, "minP", minP, 0, 1, "0 keeps all tokens.");
    range(problems, "repetitionPenalty", repetitionPenalty, 0.01, 100, "1 changes nothing.");
    range(problems, "frequencyPenalty", frequencyPenalty, -100, 100, "0 changes nothing.");
    range(problems, "presencePenalty", presencePenalty, -100, 100, "0 changes nothing.");
    range(problems, "penaltyWindow", penaltyWindow, -1, 1 << 24, "-1 counts all tokens.");
    range(problems, "topLogprobs", topLogprobs, NO_LOGPROBS, MOST_LOGPROBS, "-1 gives none.");
    new TreeMap<>(logitBias)
        .forEach((token, bias) -> {
          if (token < 0 || bias.isNaN() || bias == Float.POSITIVE_INFINITY) {
            problems.add(
                new ConfigProblem(
                    "logitBias." + token,
                    bias.toString(),
                    "a finite number or -Infinity under the number of a token",
                    "Take the numbers from the model's tokenizer.",
                    Severity.ERROR));
          }
        });
    if (isGreedy()) {
      idle(problems, "topK", topK != 0, Integer.toString(topK));
      idle(problems, "topP", topP != 1, Double.toString(topP));
      idle(problems, "minP", minP != 0, Double.toString(minP));
      idle(problems, "seed", seed != null, String.valueOf(seed));
    }
    if (penaltyWindow == 0) {
      boolean penalizes = repetitionPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0;
      idle(problems, "penaltyWindow", penalizes, "0");
    }
    return List.copyOf(problems);
  }

  private static void range(
      List<ConfigProblem> problems,
      String field,
      double value,
      double least,
      double most,
      String remedy) {
    if (!(value >= least && value <= most)) {
      String lower = least == Double.MIN_VALUE ? "(0" : "[" + number(least);
      problems.add(
          new ConfigProblem(
              field,
              number(value),
              "in " + lower + ", " + number(most) + "]",
              remedy,
              Severity.ERROR));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static void idle(
      List<ConfigProblem> problems, String field, boolean present, String value) {
    if (present) {
      problems.add(
          new ConfigProblem(
              field,
              value,
              "left out where it cannot act",
              "A temperature above 0 draws; a penalty needs a window.",
              Severity.WARNING));
    }
  }

  /// This configuration, checked.
  ///
  /// @throws ConfigValidationException with all problems where there is an error
  public SamplingConfig validated() {
    List<ConfigProblem> problems = problems();
    if (problems.stream().anyMatch(ConfigProblem::isError)) {
      throw new ConfigValidationException("SamplingConfig", problems);
    }
    return this;
  }
}
