package org.bitnet4j.models.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The steps of sampling as they read: lists, sorting, no economy.
final class ReferenceSampler {
  private final SamplingConfig config;
  private final SplitMix64 random;
  private final List<Integer> history = new ArrayList<>();

  ReferenceSampler(SamplingConfig config) {
    this.config = config;
    Long seed = config.seed();
    this.random = new SplitMix64(seed == null ? 0 : seed);
  }

  record Candidate(int token, double logit, double probability) {}

  void accept(int token) {
    history.add(token);
  }

  /// What is kept, with its probabilities.
  List<Candidate> kept(float[] logits) {
    float[] changed = logits.clone();
    config.logitBias().forEach((token, bias) -> changed[token] += bias);
    int window = config.penaltyWindow() < 0 ? history.size() : config.penaltyWindow();
    Map<Integer, Integer> counts = new HashMap<>();
    for (int token : history.subList(Math.max(0, history.size() - window), history.size())) {
      counts.merge(token, 1, Integer::sum);
    }
    counts.forEach((token, count) -> {
      double logit = changed[token];
      logit = logit > 0 ? logit / config.repetitionPenalty() : logit * config.repetitionPenalty();
      logit -= count * config.frequencyPenalty() + config.presencePenalty();
      changed[token] = (float) logit;
    });
    List<Candidate> all = new ArrayList<>();
    for (int token = 0; token < changed.length; token++) {
      all.add(new Candidate(token, changed[token], 0));
    }
    all.sort(
        Comparator.comparingDouble(Candidate::logit).reversed().thenComparingInt(Candidate::token));
    if (config.isGreedy()) {
      return List.of(new Candidate(all.getFirst().token(), all.getFirst().logit(), 1));
    }
    List<Candidate> kept = softmax(all);
    if (config.topK() > 0) {
      kept = softmax(kept.subList(0, Math.min(config.topK(), kept.size())));
    }
    if (config.topP() < 1) {
      double sum = 0;
      int count = 0;
      while (count < kept.size() && sum < config.topP()) {
        sum += kept.get(count++).probability();
      }
      kept = softmax(kept.subList(0, count));
    }
    double least = config.minP() * kept.getFirst().probability();
    kept = softmax(kept.stream().filter(one -> one.probability() >= least).toList());
    return kept.stream().filter(one -> one.probability() > 0).toList();
  }

  private List<Candidate> softmax(List<Candidate> candidates) {
    double most = candidates.getFirst().logit();
    double sum = 0;
    for (Candidate one : candidates) {
      sum += Math.exp((one.logit() - most) / config.temperature());
    }
    List<Candidate> result = new ArrayList<>();
    for (Candidate one : candidates) {
      double probability = Math.exp((one.logit() - most) / config.temperature()) / sum;
      result.add(new Candidate(one.token(), one.logit(), probability));
    }
    return result;
  }

  int sample(float[] logits) {
    List<Candidate> kept = new ArrayList<>(kept(logits));
    if (config.isGreedy()) {
      return kept.getFirst().token();
    }
    kept.sort(Comparator.comparingInt(Candidate::token));
    double u = random.nextUnit();
    double sum = 0;
    for (Candidate one : kept) {
      sum += one.probability();
      if (sum > u) {
        return one.token();
      }
    }
    return kept.getLast().token();
  }
}
