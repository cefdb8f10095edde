package org.bitnet4j.models.sampling;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builder of a [SamplingConfig]: starts from the defaults or from a given value.
public final class SamplingConfigBuilder {
  private double temperature;
  private int topK;
  private double topP;
  private double minP;
  private double repetitionPenalty;
  private double frequencyPenalty;
  private double presencePenalty;
  private int penaltyWindow;
  private Map<Integer, Float> logitBias;
  private @Nullable Long seed;
  private int topLogprobs;

  SamplingConfigBuilder(SamplingConfig start) {
    temperature = start.temperature();
    topK = start.topK();
    topP = start.topP();
    minP = start.minP();
    repetitionPenalty = start.repetitionPenalty();
    frequencyPenalty = start.frequencyPenalty();
    presencePenalty = start.presencePenalty();
    penaltyWindow = start.penaltyWindow();
    logitBias = start.logitBias();
    seed = start.seed();
    topLogprobs = start.topLogprobs();
  }

  /// Sets `temperature`: divides logits, 0 is greedy.
  ///
  /// @param value in \[0, 100\]
  public SamplingConfigBuilder temperature(double value) {
    temperature = value;
    return this;
  }

  /// Sets `topK`: only the k most probable tokens are kept.
  ///
  /// @param value at least 0, which keeps all
  public SamplingConfigBuilder topK(int value) {
    topK = value;
    return this;
  }

  /// Sets `topP`: only the most probable tokens are kept that together reach this probability.
  ///
  /// @param value in \(0, 1\]
  public SamplingConfigBuilder topP(double value) {
    topP = value;
    return this;
  }

  /// Sets `minP`: only tokens are kept at least this times as probable as the most probable one.
  ///
  /// @param value in \[0, 1\]
  public SamplingConfigBuilder minP(double value) {
    minP = value;
    return this;
  }

  /// Sets `repetitionPenalty`: logits of seen tokens, positive ones divided, negative multiplied.
  ///
  /// @param value in \[0.01, 100\]
  public SamplingConfigBuilder repetitionPenalty(double value) {
    repetitionPenalty = value;
    return this;
  }

  /// Sets `frequencyPenalty`: taken from a logit for each time that its token was seen.
  ///
  /// @param value in \[−100, 100\]
  public SamplingConfigBuilder frequencyPenalty(double value) {
    frequencyPenalty = value;
    return this;
  }

  /// Sets `presencePenalty`: taken from the logit of a token that was seen.
  ///
  /// @param value in \[−100, 100\]
  public SamplingConfigBuilder presencePenalty(double value) {
    presencePenalty = value;
    return this;
  }

  /// Sets `penaltyWindow`: how many of the last tokens count as seen.
  ///
  /// @param value −1 for all, 0 for none
  public SamplingConfigBuilder penaltyWindow(int value) {
    penaltyWindow = value;
    return this;
  }

  /// Sets `logitBias`: added to the logits of tokens.
  ///
  /// @param value by the numbers of tokens; −∞ forbids one
  public SamplingConfigBuilder logitBias(Map<Integer, Float> value) {
    logitBias = value;
    return this;
  }

  /// Sets `seed` of the generator.
  ///
  /// @param value the seed, null for one that is chosen at random
  public SamplingConfigBuilder seed(@Nullable Long value) {
    seed = value;
    return this;
  }

  /// Sets `topLogprobs`: for how many of the most probable tokens logarithms of probabilities are
  /// given.
  ///
  /// @param value in \[0, 100\], −1 for none at all
  public SamplingConfigBuilder topLogprobs(int value) {
    topLogprobs = value;
    return this;
  }

  /// The configuration as it stands, not validated.
  public SamplingConfig build() {
    return new SamplingConfig(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        penaltyWindow,
        logitBias,
        seed,
        topLogprobs);
  }
}
