package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.config.WeightQuantizationConfig;

/// Scales per row or per group: one pass, every row on its own.
final class RowwiseQuantization {
  private final WeightQuantizationConfig config;
  private final GridRule rule;
  private final TensorScan scan;
  private final TensorWriter writer;
  private final int groupSize;

  RowwiseQuantization(
      WeightQuantizationConfig config,
      GridRule rule,
      TensorScan scan,
      TensorWriter writer,
      int groupSize) {
    this.config = config;
    this.rule = rule;
    this.scan = scan;
    this.writer = writer;
    this.groupSize = groupSize;
  }

  Counts run() {
    Counts total = Counts.ZERO;
    for (Counts counts : scan.run(() -> new RowTask()::rows)) {
      total = total.plus(counts);
    }
    return total;
  }

  /// The work of one thread, with its scratch.
  private final class RowTask {
    private final int columns = scan.source().shape().columns();
    private final byte[] codes = new byte[columns];
    private final GroupEncoder encoder = new GroupEncoder(config, rule, scan.kernels(), groupSize);

    Counts rows(TensorScan.Chunk chunk) {
      Counts total = Counts.ZERO;
      int groups = Math.ceilDiv(columns, groupSize);
      for (int r = 0; r < chunk.rows(); r++) {
        long row = chunk.firstRow() + r;
        int start = r * columns;
        for (int g = 0; g < groups; g++) {
          int column = g * groupSize;
          int length = Math.min(groupSize, columns - column);
          GroupEncoder.Encoded encoded =
              encoder.encode(chunk.values(), start + column, length, codes, column);
          writer.writeScale(
              row * groups + g, encoded.grid(), encoded.scale(), encoded.preparation());
          total = total.plus(encoded.counts());
        }
        writer.writeRow(row, codes, 0);
      }
      return total;
    }
  }
}
