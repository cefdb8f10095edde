package org.bitnet4j.formats.report;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.bitnet4j.quant.metrics.TritStatistics;

/// The numbers of a whole run.
///
/// @param quantized tensors that have codes
/// @param codes their sizes together
/// @param kept sizes of all other tensors together
/// @param trits all trits together
/// @param medianSqnrDb median over quantized tensors, NaN where there is none
/// @param medianCosine as above
record Summary(
    List<TensorReport> quantized,
    SizeStatistics codes,
    SizeStatistics kept,
    TritStatistics trits,
    double medianSqnrDb,
    double medianCosine) {

  static Summary of(List<TensorReport> tensors) {
    List<TensorReport> quantized =
        tensors.stream().filter(tensor -> tensor.error() != null).toList();
    SizeStatistics codes = SizeStatistics.NONE;
    SizeStatistics kept = SizeStatistics.NONE;
    TritStatistics trits = TritStatistics.NONE;
    for (TensorReport tensor : tensors) {
      if (tensor.error() == null) {
        kept = kept.plus(tensor.size());
      } else {
        codes = codes.plus(tensor.size());
      }
      if (tensor.trits() != null) {
        trits = trits.plus(tensor.trits());
      }
    }
    return new Summary(
        quantized,
        codes,
        kept,
        trits,
        median(quantized, ErrorMetrics::sqnrDb),
        median(quantized, ErrorMetrics::cosine));
  }

  private static double median(List<TensorReport> tensors, ToDoubleFunction<ErrorMetrics> value) {
    double[] values =
        tensors.stream()
            .map(TensorReport::error)
            .filter(Objects::nonNull)
            .mapToDouble(value)
            .toArray();
    Arrays.sort(values);
    int middle = values.length / 2;
    if (values.length == 0) {
      return Double.NaN;
    }
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
