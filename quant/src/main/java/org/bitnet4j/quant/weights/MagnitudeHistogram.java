package org.bitnet4j.quant.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Exact order statistics of a streamed tensor in two levels. The 31 bits of a magnitude order like
/// the magnitude itself: the upper 16 choose a bin in a first pass, the lower 15 a slot in a bin
/// that a later pass looks into. All values of a bin share an exponent, so their sum is kept as an
/// exact integer of significands, and nothing depends on the order of rows or threads.
final class MagnitudeHistogram {
  private static final int SLOT_BITS = 15;
  private static final int BINS = 1 << 16;
  private static final int SLOTS = 1 << SLOT_BITS;

  /// Bins looked into at once, 256 KiB each per thread.
  private static final int BINS_PER_PASS = 32;

  private final TensorScan scan;
  private final Preparation preparation;
  private final long[] counts = new long[BINS];
  private final long[] significands = new long[BINS];

  private MagnitudeHistogram(TensorScan scan, Preparation preparation) {
    this.scan = scan;
    this.preparation = preparation;
  }

  /// Makes the first pass.
  static MagnitudeHistogram of(TensorScan scan, Preparation preparation) {
    MagnitudeHistogram histogram = new MagnitudeHistogram(scan, preparation);
    Queue<long[][]> parts = new ConcurrentLinkedQueue<>();
    scan.run(() -> {
      long[][] part = new long[2][BINS];
      parts.add(part);
      return (TensorScan.Task<Integer>)
          chunk -> histogram.visit(chunk, bits -> countBin(part, bits));
    });
    for (long[][] part : parts) {
      for (int bin = 0; bin < BINS; bin++) {
        histogram.counts[bin] += part[0][bin];
        histogram.significands[bin] += part[1][bin];
      }
    }
    return histogram;
  }

  @FunctionalInterface
  private interface BitsVisitor {
    void visit(int bits);
  }

  private int visit(TensorScan.Chunk chunk, BitsVisitor visitor) {
    float[] values = chunk.values();
    preparation.apply(values, 0, chunk.count());
    for (int i = 0; i < chunk.count(); i++) {
      if (preparation.included().contains(values[i])) {
        visitor.visit(Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
      }
    }
    return chunk.count();
  }

  private static void countBin(long[][] part, int bits) {
    int bin = bits >>> SLOT_BITS;
    part[0][bin]++;
    // Bit 23 is the implicit one of a normal number; subnormals (exponent 0) have none.
    part[1][bin] += (bits & 0x7F_FFFF) | (bits >= 1 << 23 ? 1 << 23 : 0);
  }

  /// Sum of the magnitudes in a bin.
  private double sum(int bin) {
    int exponent = Math.max(1, bin >>> (23 - SLOT_BITS));
    return Math.scalb((double) significands[bin], exponent - 150);
  }

  private static float value(int bin, int slot) {
    return Float.intBitsToFloat((bin << SLOT_BITS) | slot);
  }

  /// Counts per slot of some bins, by one pass.
  private long[][] slots(List<Integer> bins) {
    int[] position = new int[BINS];
    Arrays.fill(position, -1);
    for (int i = 0; i < bins.size(); i++) {
      position[bins.get(i)] = i;
    }
    Queue<long[][]> parts = new ConcurrentLinkedQueue<>();
    scan.run(() -> {
      long[][] part = new long[bins.size()][SLOTS];
      parts.add(part);
      return (TensorScan.Task<Integer>)
          chunk ->
              visit(
                  chunk,
                  bits -> {
                    int at = position[bits >>> SLOT_BITS];
                    if (at >= 0) {
                      part[at][bits & (SLOTS - 1)]++;
                    }
                  });
    });
    long[][] total = new long[bins.size()][SLOTS];
    for (long[][] part : parts) {
      for (int b = 0; b < total.length; b++) {
        for (int s = 0; s < SLOTS; s++) {
          total[b][s] += part[b][s];
        }
      }
    }
    return total;
  }

  /// The median magnitude: the middle one, or the mean of the two middle ones.
  double median() {
    long count = Arrays.stream(counts).sum();
    return ((double) ranked((count - 1) / 2) + ranked(count / 2)) / 2;
  }

  /// The magnitude with `rank` smaller or equal ones before it in ascending order.
  private float ranked(long rank) {
    long before = 0;
    int bin = 0;
    while (before + counts[bin] <= rank) {
      before += counts[bin++];
    }
    long[] slots = slots(List.of(bin))[0];
    int slot = 0;
    while (before + slots[slot] <= rank) {
      before += slots[slot++];
    }
    return value(bin, slot);
  }

  /// The first magnitude left out by the best selection: see [OptimalThreshold].
  float optimalThreshold() {
    List<Candidate> candidates = new ArrayList<>();
    double sum = 0;
    long count = 0;
    double best = 0;
    for (int bin = BINS - 1; bin >= 0; bin--) {
      if (counts[bin] == 0) {
        continue;
      }
      // A²/B is convex while equal values are added, so its maximum in a bin is below the larger of
      // its start and of its end if every value were the bin's largest.
      double ceiling = sum + counts[bin] * (double) value(bin, SLOTS - 1);
      double bound =
          Math.max(count == 0 ? 0 : sum * sum / count, ceiling * ceiling / (count + counts[bin]));
      candidates.add(new Candidate(bin, sum, count, bound));
      sum += sum(bin);
      count += counts[bin];
      best = Math.max(best, sum * sum / count);
    }
    return search(candidates, best);
  }

  /// A bin in which the best selection may end, with what the bins above it hold.
  private record Candidate(int bin, double sumAbove, long countAbove, double bound) {}

  /// Looks into the bins whose bound reaches the best value seen, some at a time.
  private float search(List<Candidate> candidates, double atBinEnds) {
    // Bin ends are known only up to rounding: leave room for it, the slots decide.
    double best = atBinEnds * (1 - 1e-12);
    double found = -1;
    int cut = 0;
    for (int from = 0; from < candidates.size(); ) {
      List<Candidate> batch = new ArrayList<>();
      while (from < candidates.size() && batch.size() < BINS_PER_PASS) {
        Candidate candidate = candidates.get(from++);
        if (candidate.bound >= best) {
          batch.add(candidate);
        }
      }
      if (batch.isEmpty()) {
        continue;
      }
      long[][] slots = slots(batch.stream().map(Candidate::bin).toList());
      for (int b = 0; b < batch.size(); b++) {
        Candidate candidate = batch.get(b);
        double sum = candidate.sumAbove;
        long count = candidate.countAbove;
        for (int slot = SLOTS - 1; slot >= 0; slot--) {
          if (slots[b][slot] == 0) {
            continue;
          }
          sum += slots[b][slot] * (double) value(candidate.bin, slot);
          count += slots[b][slot];
          double explained = sum * sum / count;
          if (explained > found) {
            found = explained;
            cut = (candidate.bin << SLOT_BITS) | slot;
          }
        }
      }
      best = Math.max(best, found);
    }
    // Everything from the cut upwards is selected: the next smaller float is a threshold for that.
    return cut == 0 ? 0f : Float.intBitsToFloat(cut - 1);
  }
}
