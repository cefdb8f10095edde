package org.bitnet4j.models.sampling;

import java.util.Map;
import java.util.TreeMap;
import org.bitnet4j.quant.config.ConfigValidationException;

/// Chooses the next token from logits. The steps, in this order, which is that of transformers:
///
/// 1. `logitBias` is added.
/// 2. Tokens seen in the window are penalized: the logit is divided by `repetitionPenalty` if
///    positive, else multiplied by it (Keskar et al., arXiv 1909.05858); then `count ·
///    frequencyPenalty + presencePenalty` is taken from it. As llama.cpp, prompt and text both
///    count.
/// 3. With temperature 0 the largest logit wins, among equals the lowest number. Else logits are
///    divided by the temperature and become probabilities.
/// 4. `topK`: the k largest are kept.
/// 5. `topP`: of what is left, renormalized, the largest are kept until they reach the probability
///    (Holtzman et al., arXiv 1904.09751).
/// 6. `minP`: of these, those at least `minP` times as probable as the largest (arXiv 2407.01082).
/// 7. One is drawn: with u in \[0, 1\) from the generator, the first token, by number, at which the
///    sum of what is kept exceeds u times the whole sum.
///
/// Computed in doubles in the order of the numbers with an exponential of our own: the same logits,
/// configuration and seed give the same tokens on every machine. Logarithms of probabilities are
/// those of the model, before all steps. Nothing is allocated per token. For one thread.
public final class Sampler {
  private final SamplingConfig config;
  private final long seed;
  private final int vocabulary;
  private final int[] biased;
  private final float[] biases;
  private final SeenTokens seen;
  private final float[] work;
  private final double[] weights;
  private final RankedTokens ranked;
  private final double[] taken;
  private final long[] takenRanks;
  private final TopLogprobs logprobs;
  private SplitMix64 random;

  /// A sampler.
  ///
  /// @param config how to choose; its seed must be given
  /// @param vocabulary number of logits
  /// @throws ConfigValidationException for a configuration with an error
  /// @throws IllegalArgumentException where a bias names a token outside of the vocabulary
  public Sampler(SamplingConfig config, int vocabulary) {
    this.config = config.validated();
    this.vocabulary = vocabulary;
    Long given = config.seed();
    this.seed = given == null ? 0 : given;
    if (given == null && !config.isGreedy()) {
      throw new IllegalArgumentException(
          "seed must be given to draw, got [none]. Choose one at random and report it.");
    }
    this.random = new SplitMix64(seed);
    Map<Integer, Float> sorted = new TreeMap<>(config.logitBias());
    this.biased = sorted.keySet().stream().mapToInt(Integer::intValue).toArray();
    this.biases = new float[biased.length];
    for (int i = 0; i < biased.length; i++) {
      if (biased[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "logitBias must name tokens below "
                + vocabulary
                + ", got ["
                + biased[i]
                + "]. Take the numbers from the model's tokenizer.");
      }
      biases[i] = sorted.getOrDefault(biased[i], 0f);
    }
    this.seen = new SeenTokens(vocabulary, penalizes() ? config.penaltyWindow() : 0);
    this.work = new float[vocabulary];
    boolean draws = !config.isGreedy();
    boolean truncates = draws && (config.topK() > 0 || config.topP() < 1);
    this.weights = new double[draws ? vocabulary : 0];
    this.ranked = new RankedTokens(truncates || config.topLogprobs() > 0 ? vocabulary : 0);
    int most = draws && config.topK() > 0 ? Math.min(config.topK(), vocabulary) : 0;
    this.taken = new double[most];
    this.takenRanks = new long[most];
    this.logprobs = new TopLogprobs(Math.min(config.topLogprobs(), vocabulary));
  }

  private boolean penalizes() {
    return config.repetitionPenalty() != 1
        || config.frequencyPenalty() != 0
        || config.presencePenalty() != 0;
  }

  /// How it chooses.
  public SamplingConfig config() {
    return config;
  }

  /// Lets tokens count as seen: those of the prompt before the first choice, then each that was
  /// chosen.
  ///
  /// @param token its number
  public void accept(int token) {
    seen.add(token);
  }

  /// Begins anew: nothing seen, the generator at its seed.
  public void reset() {
    seen.clear();
    random = new SplitMix64(seed);
  }

  /// Chooses a token. It does not count as seen before it is accepted.
  ///
  /// @param logits one for each token, finite or −∞, one of them finite; left unchanged
  /// @return the number of the token
  /// @throws IllegalArgumentException for logits that are not numbers, and where bias and −∞ forbid
  ///   every token
  public int sample(float[] logits) {
    if (logits.length != vocabulary) {
      throw new IllegalArgumentException(
          "there must be " + vocabulary + " logits, got [" + logits.length + "].");
    }
    System.arraycopy(logits, 0, work, 0, vocabulary);
    for (int i = 0; i < biased.length; i++) {
      work[biased[i]] += biases[i];
    }
    penalize();
    int best = largest();
    int token = config.isGreedy() ? best : draw(best);
    if (config.hasLogprobs()) {
      logprobs.measure(logits, token, ranked);
    }
    return token;
  }

  /// Logarithms of probabilities at the last choice.
  ///
  /// @throws IllegalStateException where the configuration asks for none
  public TopLogprobs logprobs() {
    if (!config.hasLogprobs()) {
      throw new IllegalStateException("topLogprobs must be at least 0, got [-1].");
    }
    return logprobs;
  }

  private void penalize() {
    double repetition = config.repetitionPenalty();
    for (int i = 0; i < seen.size(); i++) {
      int token = seen.token(i);
      double logit = work[token];
      logit = logit > 0 ? logit / repetition : logit * repetition;
      logit -= seen.count(token) * config.frequencyPenalty() + config.presencePenalty();
      work[token] = (float) logit;
    }
  }

  private int largest() {
    int best = -1;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      float logit = work[i];
      if (logit > most) {
        most = logit;
        best = i;
      } else if (Float.isNaN(logit)) {
        throw unusable(i, logit);
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException(
          "a logit must be finite, got [-Infinity for all]. Allow a token by its logitBias.");
    }
    if (most == Float.POSITIVE_INFINITY) {
      throw unusable(best, most);
    }
    return best;
  }

  private static IllegalArgumentException unusable(int token, float logit) {
    return new IllegalArgumentException(
        "logits must be finite or -Infinity, got [" + logit + " for token " + token + "].");
  }

  private int draw(int best) {
    double most = work[best];
    double inverse = 1 / config.temperature();
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      double weight = Exponential.of((work[i] - most) * inverse);
      weights[i] = weight;
      sum += weight;
    }
    long cut = Long.MIN_VALUE;
    if (config.topK() > 0 && config.topK() < vocabulary) {
      cut = cutTopK();
    } else if (config.topP() < 1) {
      cut = cutTopP(sum);
    }
    return drawAbove(cut);
  }

  /// The rank of the last token that top-k, then top-p keep.
  private long cutTopK() {
    ranked.clear();
    for (int i = 0; i < vocabulary; i++) {
      ranked.add(RankedTokens.rank(work[i], i));
    }
    ranked.order();
    int kept = taken.length;
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      long rank = ranked.take();
      takenRanks[i] = rank;
      taken[i] = weights[RankedTokens.token(rank)];
      sum += taken[i];
    }
    if (config.topP() < 1) {
      double wanted = config.topP() * sum;
      double reached = 0;
      for (int i = 0; i < kept; i++) {
        reached += taken[i];
        if (reached >= wanted) {
          kept = i + 1;
        }
      }
    }
    return takenRanks[kept - 1];
  }

  /// The rank of the last token that top-p keeps. Only tokens are put in order that may be among
  /// them: all those below (1 − p) / n of the sum hold less than 1 − p together.
  private long cutTopP(double sum) {
    double least = 0.5 * (1 - config.topP()) * sum / vocabulary;
    ranked.clear();
    for (int i = 0; i < vocabulary; i++) {
      if (weights[i] >= least) {
        ranked.add(RankedTokens.rank(work[i], i));
      }
    }
    ranked.order();
    double wanted = config.topP() * sum;
    double reached = 0;
    long rank = Long.MAX_VALUE;
    while (ranked.size() > 0 && reached < wanted) {
      rank = ranked.take();
      reached += weights[RankedTokens.token(rank)];
    }
    return rank;
  }

  private int drawAbove(long cut) {
    double least = config.minP(); // the largest weight is 1
    double sum = 0;
    int last = 0;
    for (int i = 0; i < vocabulary; i++) {
      double weight = weights[i];
      if (weight > 0 && weight >= least && RankedTokens.rank(work[i], i) >= cut) {
        sum += weight;
        last = i;
      } else {
        weights[i] = 0;
      }
    }
    double wanted = random.nextUnit() * sum;
    double reached = 0;
    for (int i = 0; i < last; i++) {
      reached += weights[i];
      if (reached > wanted) {
        return i;
      }
    }
    return last;
  }
}
