package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A case of the kernel benchmark and the slices it was given.
///
/// @param width vector width in bits, or `scalar`; empty for plain memory work
/// @param kernel what it does
/// @param threads how many did it
/// @param rows rows of a matrix, 0 without one; of several matrices, their weights by `columns`
/// @param columns columns of a matrix, 0 without one
/// @param tokens how many a product has, 0 where there is none
/// @param source `l2` or `dram`, where what it reads lies
/// @param bitsPerWeight bits a weight takes in the layout; 0 where bytes are counted, not weights
/// @param slices one per round
record KernelRow(
    String width,
    String kernel,
    int threads,
    int rows,
    int columns,
    int tokens,
    String source,
    double bitsPerWeight,
    List<Slice> slices) {
  /// Plain memory first, then the same work of all widths together.
  static final Comparator<KernelRow> ORDER =
      Comparator.comparing((KernelRow row) -> row.bitsPerWeight > 0)
          .thenComparing(row -> row.source, Comparator.reverseOrder())
          .thenComparingInt(row -> row.tokens)
          .thenComparing(row -> row.kernel)
          .thenComparingInt(row -> row.threads);

  /// What a case did in its turn.
  ///
  /// @param rate weights, or bytes, per nanosecond of the clock
  /// @param processorShare processor time of its process by time of the clock, as a share of what
  ///   its threads could have had; waiting threads that spin count as at work
  record Slice(double rate, double processorShare) {}

  /// A case without slices, from the line that its process printed; see [KernelSlices].
  static KernelRow of(String width, String line) {
    String[] words = line.split(" ", -1);
    return new KernelRow(
        width,
        words[0],
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]),
        words[5],
        Double.parseDouble(words[6]),
        new ArrayList<>());
  }

  boolean countsWeights() {
    return bitsPerWeight > 0;
  }

  /// Rate of the middle round.
  double rate() {
    return median(slices.stream().mapToDouble(Slice::rate).toArray());
  }

  /// Processor share of the middle round.
  double processorShare() {
    return median(slices.stream().mapToDouble(Slice::processorShare).toArray());
  }

  /// GB/s that the weights of each token took from memory, if they had been read for it: with many
  /// tokens they are read once for several.
  double gigabytes() {
    return countsWeights() ? rate() * bitsPerWeight / 8 : rate();
  }

  /// Milliseconds of one product, or of the several that the row counts as one.
  double milliseconds() {
    return (double) rows * columns * Math.max(1, tokens) / rate() / 1e6;
  }

  /// Whether it says how fast memory can be read.
  private boolean isLimit() {
    return kernel.startsWith("read");
  }

  /// Median over the rounds of the bytes per second by those of the fastest reader with as many
  /// threads in the same round.
  double shareOfBandwidth(List<KernelRow> all) {
    double scale = countsWeights() ? bitsPerWeight / 8 : 1;
    double[] shares = new double[slices.size()];
    for (int round = 0; round < shares.length; round++) {
      double limit = 0;
      for (KernelRow other : all) {
        if (other.isLimit() && other.threads == threads && other.source.equals(source)) {
          limit = Math.max(limit, other.slices.get(round).rate());
        }
      }
      shares[round] = slices.get(round).rate() * scale / limit;
    }
    return median(shares);
  }

  /// The row as JSON shows it.
  Map<String, Object> toJson(List<KernelRow> all) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kernel", kernel);
    row.put("width", width.isEmpty() || width.equals("scalar") ? 0 : Integer.parseInt(width));
    row.put("threads", threads);
    row.put("rows", rows);
    row.put("cols", columns);
    row.put("tokens", tokens);
    row.put("source", source);
    row.put("gweights_per_s", countsWeights() ? rate() : 0.0);
    row.put("bits_per_weight", bitsPerWeight);
    row.put("gb_per_s", gigabytes());
    row.put("share_of_bandwidth", shareOfBandwidth(all));
    return row;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
