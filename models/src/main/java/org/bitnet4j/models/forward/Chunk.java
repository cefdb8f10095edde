package org.bitnet4j.models.forward;

/// What a pass works on: consecutive tokens of one session. Made once for each session and moved
/// on.
final class Chunk {
  private final KvCache cache;
  private final InputQuantization quantization;
  private final AttentionSteps steps;
  private final AttentionTally tally = new AttentionTally();
  private int position;
  private int tokens;

  Chunk(KvCache cache, InputQuantization quantization, AttentionSteps steps) {
    this.cache = cache;
    this.quantization = quantization;
    this.steps = steps;
  }

  void moveTo(int firstPosition, int count) {
    position = firstPosition;
    tokens = count;
  }

  KvCache cache() {
    return cache;
  }

  /// What happens to inputs of products.
  InputQuantization quantization() {
    return quantization;
  }

  /// What happens in attention.
  AttentionSteps steps() {
    return steps;
  }

  AttentionTally tally() {
    return tally;
  }

  /// Position of the first token.
  int position() {
    return position;
  }

  /// Number of tokens.
  int tokens() {
    return tokens;
  }
}
