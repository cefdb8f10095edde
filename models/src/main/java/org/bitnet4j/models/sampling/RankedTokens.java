package org.bitnet4j.models.sampling;

/// Tokens from the largest logit down, the lower number first where logits are equal. A heap: only
/// as many are put in order as are asked for.
final class RankedTokens {
  private final long[] heap;
  private int size;

  RankedTokens(int vocabulary) {
    this.heap = new long[vocabulary];
  }

  /// Rank of a token: larger for a larger logit, then for a lower number. A total order.
  static long rank(float logit, int token) {
    int bits = Float.floatToRawIntBits(logit + 0f); // −0 counts as 0
    int ordered = bits ^ ((bits >> 31) & 0x7FFF_FFFF);
    return ((long) ordered << 32) | (0xFFFF_FFFFL - token);
  }

  /// The token that has a rank.
  static int token(long rank) {
    return (int) (0xFFFF_FFFFL - (rank & 0xFFFF_FFFFL));
  }

  void clear() {
    size = 0;
  }

  void add(long rank) {
    heap[size++] = rank;
  }

  int size() {
    return size;
  }

  /// Makes the heap out of what was added.
  void order() {
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /// Takes the largest.
  long take() {
    long largest = heap[0];
    heap[0] = heap[--size];
    sink(0);
    return largest;
  }

  private void sink(int from) {
    int hole = from;
    long value = heap[from];
    while (true) {
      int child = 2 * hole + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= value) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = value;
  }
}
