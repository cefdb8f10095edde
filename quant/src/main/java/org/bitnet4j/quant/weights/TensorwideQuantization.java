package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.kernels.TernaryRows;

/// One scale for the whole tensor: passes for the statistics, then one for the codes. Only chunks
/// are in memory, so a tensor may be larger than the heap.
final class TensorwideQuantization {
  private final WeightQuantizationConfig config;
  private final GridRule rule;
  private final TensorScan scan;
  private final TensorWriter writer;

  TensorwideQuantization(
      WeightQuantizationConfig config, GridRule rule, TensorScan scan, TensorWriter writer) {
    this.config = config;
    this.rule = rule;
    this.scan = scan;
    this.writer = writer;
  }

  Counts run() {
    Preparation preparation = new Moments.OfTensor(scan).prepare(config);
    StreamedGroupValues values = new StreamedGroupValues(scan, preparation);
    Grid grid = rule.fit(values, preparation.included());
    long clipped = 0;
    FitSums sums = FitSums.ZERO;
    for (Part part : scan.run(() -> new EncodeTask(grid, preparation)::chunk)) {
      clipped += part.clipped;
      sums = sums.plus(part.sums);
    }
    float scale = rule.leastSquares() ? sums.scale() : rule.directScale(grid, values);
    writer.writeScale(0, grid, scale, preparation);
    return new Counts(clipped, values.outliers());
  }

  private record Part(long clipped, FitSums sums) {}

  /// The work of one thread, with its scratch.
  private final class EncodeTask {
    private final Grid grid;
    private final Preparation preparation;
    private final int columns = scan.source().shape().columns();
    private final byte[] codes = new byte[columns];

    EncodeTask(Grid grid, Preparation preparation) {
      this.grid = grid;
      this.preparation = preparation;
    }

    Part chunk(TensorScan.Chunk chunk) {
      long clipped = preparation.apply(chunk.values(), 0, chunk.count());
      FitSums sums = FitSums.ZERO;
      for (int r = 0; r < chunk.rows(); r++) {
        sums = sums.plus(row(chunk.firstRow() + r, chunk.values(), r * columns));
      }
      return new Part(clipped, sums);
    }

    private FitSums row(long row, float[] weights, int offset) {
      if (grid instanceof TernaryGrid.Rounding(float inverse)
          && writer.tensor() instanceof TernaryTensor ternary
          && !rule.leastSquares()) {
        // The b1.58 preset: rounded and packed in one go.
        TernaryRows.writeRounded(scan.kernels(), ternary, row, weights, offset, inverse);
        return FitSums.ZERO;
      }
      grid.encode(scan.kernels(), weights, offset, columns, codes, 0);
      writer.writeRow(row, codes, 0);
      return rule.leastSquares()
          ? FitSums.of(grid, preparation.included(), weights, offset, codes, 0, columns)
          : FitSums.ZERO;
    }
  }
}
