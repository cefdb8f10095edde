package org.bitnet4j.models.sampling;

import java.util.Objects;

/// Natural logarithms of the model's own probabilities, before bias, penalties and temperature: of
/// the token that was chosen, and of the most probable ones. Overwritten by the next choice.
public final class TopLogprobs {
  private final int[] tokens;
  private final double[] values;
  private double chosen;

  TopLogprobs(int most) {
    this.tokens = new int[Math.max(0, most)];
    this.values = new double[tokens.length];
  }

  void measure(float[] logits, int token, RankedTokens ranked) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Exponential.of(logit - most);
    }
    double whole = most + StrictMath.log(sum);
    chosen = logits[token] - whole;
    if (tokens.length == 0) {
      return;
    }
    ranked.clear();
    for (int i = 0; i < logits.length; i++) {
      ranked.add(RankedTokens.rank(logits[i], i));
    }
    ranked.order();
    for (int i = 0; i < tokens.length; i++) {
      int top = RankedTokens.token(ranked.take());
      tokens[i] = top;
      values[i] = logits[top] - whole;
    }
  }

  /// That of the token that was chosen.
  public double chosen() {
    return chosen;
  }

  /// For how many tokens there are logarithms.
  public int size() {
    return tokens.length;
  }

  /// One of the most probable tokens.
  ///
  /// @param index 0 for the most probable
  public int token(int index) {
    return tokens[Objects.checkIndex(index, tokens.length)];
  }

  /// Its logarithm.
  ///
  /// @param index 0 for the most probable
  public double logprob(int index) {
    return values[Objects.checkIndex(index, tokens.length)];
  }
}
