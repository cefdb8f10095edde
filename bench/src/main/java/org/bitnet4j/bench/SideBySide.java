package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.bench.BenchmarkReport.Row;
import org.bitnet4j.bench.BenchmarkReport.Section;

/// Times all cases of a section in one interleaved run: a round gives each of them one slice, so
/// that a neighbour on the machine slows all alike and the ratios hold where the figures do not.
final class SideBySide {
  private static final int ROUNDS = 11;

  /// Slices of warm-up, runs that it takes at least, and how much longer it may take for them.
  private static final int WARM_SLICES = 20;

  private static final int WARM_RUNS = 200;
  private static final int LONGEST_WARM_UP = 5;

  private final long sliceNanos;
  private final long warmUpNanos;

  /// A run.
  ///
  /// @param sliceSeconds how long a case is timed in each round, after at least twenty slices of
  ///   warm-up
  SideBySide(double sliceSeconds) {
    this.sliceNanos = (long) (sliceSeconds * 1e9);
    this.warmUpNanos = WARM_SLICES * sliceNanos;
  }

  /// Checks, warms and times the cases, the first being the one that ratios refer to.
  ///
  /// @param title the work
  /// @param cases ways of doing it; closed at the end
  /// @throws IllegalStateException where a case gives a wrong answer
  Section time(String title, List<BenchmarkCase> cases) {
    try {
      for (BenchmarkCase subject : cases) {
        subject.check();
        warmUp(subject);
      }
      double[][] rates = new double[cases.size()][ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < cases.size(); i++) {
          rates[i][round] = measure(cases.get(i), sliceNanos);
        }
      }
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < cases.size(); i++) {
        rows.add(row(cases.get(i), rates[i], rates[0]));
      }
      return new Section(title, cases.getFirst().unit(), rows);
    } finally {
      cases.forEach(BenchmarkCase::close);
    }
  }

  /// Runs until the compiler has had its time: on a busy machine, a vector loop is interpreted for
  /// seconds, a thousand times slower than it will be.
  private void warmUp(BenchmarkCase subject) {
    long start = System.nanoTime();
    long elapsed = 0;
    for (int runs = 0;
        elapsed < warmUpNanos || (runs < WARM_RUNS && elapsed < LONGEST_WARM_UP * warmUpNanos);
        runs++) {
      blackhole = subject.run();
      elapsed = System.nanoTime() - start;
    }
  }

  private static Row row(BenchmarkCase subject, double[] rates, double[] references) {
    double[] ratios = new double[rates.length];
    for (int round = 0; round < rates.length; round++) {
      ratios[round] = rates[round] / references[round];
    }
    double[] sorted = rates.clone();
    Arrays.sort(sorted);
    Arrays.sort(ratios);
    int middle = rates.length / 2;
    return new Row(
        subject.name(), sorted[middle], sorted[0], sorted[rates.length - 1], ratios[middle]);
  }

  /// Runs for about that long and returns thousands of millions of units per second.
  private static double measure(BenchmarkCase subject, long nanos) {
    long start = System.nanoTime();
    long runs = 0;
    long sink = 0;
    long elapsed;
    do {
      sink ^= subject.run();
      runs++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    blackhole = sink;
    return subject.amount() * runs / elapsed;
  }

  /// Where results go, lest the compiler drop the work behind them.
  @SuppressWarnings("unused")
  private static volatile long blackhole;
}
