package org.bitnet4j.quant.kernels;

import java.util.concurrent.atomic.LongAdder;
import org.bitnet4j.quant.kernels.KernelPlan.Path;

/// Running counts behind [KernelCounters]: cheap to add to from many threads.
final class KernelTally {
  private final LongAdder scalarCalls = new LongAdder();
  private final LongAdder vectorCalls = new LongAdder();
  private final LongAdder rowChunks = new LongAdder();
  private final LongAdder rowGroups = new LongAdder();
  private final LongAdder touchedLines = new LongAdder();

  void count(Path path) {
    switch (path) {
      case SCALAR -> scalarCalls.increment();
      case VECTOR -> vectorCalls.increment();
    }
  }

  /// One chunk of a product is done.
  ///
  /// @param groups its groups of rows
  /// @param lines cache lines touched ahead in it
  void countChunk(int groups, long lines) {
    rowChunks.increment();
    rowGroups.add(groups);
    touchedLines.add(lines);
  }

  KernelCounters snapshot() {
    return new KernelCounters(
        scalarCalls.sum(), vectorCalls.sum(), rowChunks.sum(), rowGroups.sum(), touchedLines.sum());
  }
}
