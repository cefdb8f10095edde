package org.bitnet4j.models.forward;

/// What a pass works on: consecutive tokens of one text, or pieces of several, which share every
/// product and nothing else. Made once and filled again for each pass.
///
/// Each token has a slot of the cache. The slots of a text follow each other; the first one is that
/// of position 0.
final class Chunk {
  private final KvCache cache;
  private final InputQuantization quantization;
  private final AttentionSteps steps;
  private final AttentionTally tally = new AttentionTally();
  private final int[] slots;
  private final int[] firstSlots;
  private final int[] endSlots;
  private int tokens;

  /// An empty chunk.
  ///
  /// @param capacity tokens at most
  Chunk(KvCache cache, InputQuantization quantization, AttentionSteps steps, int capacity) {
    this.cache = cache;
    this.quantization = quantization;
    this.steps = steps;
    this.slots = new int[capacity];
    this.firstSlots = new int[capacity];
    this.endSlots = new int[capacity];
  }

  void clear() {
    tokens = 0;
  }

  /// Adds consecutive tokens of a text.
  ///
  /// @param firstSlot slot of the text's position 0
  /// @param position of the first token added
  /// @param count how many
  void add(int firstSlot, int position, int count) {
    int from = firstSlot + position;
    for (int i = 0; i < count; i++) {
      slots[tokens + i] = from + i;
      firstSlots[tokens + i] = firstSlot;
      endSlots[tokens + i] = from + count;
    }
    tokens += count;
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

  /// Number of tokens.
  int tokens() {
    return tokens;
  }

  int capacity() {
    return slots.length;
  }

  /// Where a token's keys and values belong.
  int slot(int token) {
    return slots[token];
  }

  /// Slot of the first token of its text.
  int firstSlot(int token) {
    return firstSlots[token];
  }

  /// Slot behind the last token of its text in this chunk.
  int endSlot(int token) {
    return endSlots[token];
  }

  /// Position of a token in its text.
  int position(int token) {
    return slots[token] - firstSlots[token];
  }
}
