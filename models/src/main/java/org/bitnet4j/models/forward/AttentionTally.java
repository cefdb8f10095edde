package org.bitnet4j.models.forward;

import org.bitnet4j.quant.activations.AttentionStatistics;

/// What the attention of a session did so far: counts, and sums that are added in the order of
/// tokens and heads, whatever thread worked on them.
final class AttentionTally {
  private long scores;
  private long multiplyAdds;
  private long clipped;
  private long probabilities;
  private long dropped;
  private double droppedMass;
  private long rows;

  void add(
      long moreScores,
      long moreMultiplyAdds,
      long moreClipped,
      long moreProbabilities,
      long moreDropped,
      double moreDroppedMass,
      long moreRows) {
    scores += moreScores;
    multiplyAdds += moreMultiplyAdds;
    clipped += moreClipped;
    probabilities += moreProbabilities;
    dropped += moreDropped;
    droppedMass += moreDroppedMass;
    rows += moreRows;
  }

  AttentionStatistics statistics() {
    return new AttentionStatistics(
        scores, multiplyAdds, clipped, probabilities, dropped, rows == 0 ? 0 : droppedMass / rows);
  }
}
