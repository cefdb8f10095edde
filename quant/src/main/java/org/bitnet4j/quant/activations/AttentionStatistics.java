package org.bitnet4j.quant.activations;

/// What an attention call did, over all queries and heads.
///
/// @param scoresComputed products of a query with a key
/// @param multiplyAdds multiply–adds of those products and of the weighted sums of values
/// @param clippedScores visible scores beyond ±`scoreClipThreshold`
/// @param probabilities probabilities of visible keys
/// @param dropped those below `sparsityThreshold`, dropped
/// @param droppedMass mean over rows of the probability that was dropped, in [0, 1)
public record AttentionStatistics(
    long scoresComputed,
    long multiplyAdds,
    long clippedScores,
    long probabilities,
    long dropped,
    double droppedMass) {
  /// Share of probabilities that were dropped, in [0, 1).
  public double droppedShare() {
    return (double) dropped / probabilities;
  }
}
