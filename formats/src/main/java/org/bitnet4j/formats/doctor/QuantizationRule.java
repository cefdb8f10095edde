package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;

/// Trits made from weights that were not ternary: by their signs alone, or by their largest value.
/// Weights quantized by the mean magnitude (arXiv 2402.17764) have a third to a half of zeros.
final class QuantizationRule implements Rule {
  private static final double SIGN_ONLY = 0.01;

  /// Normal weights rounded at half of their largest magnitude: 77 % of zeros in groups of 64, 85 %
  /// in groups of 256, 98 % in whole tensors.
  private static final double ABSMAX_GROUPS = 0.75;

  private static final double ABSMAX = 0.95;

  /// Shares of fewer weights say little.
  private static final long MIN_WEIGHTS = 4096;

  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> signs = new ArrayList<>();
    List<PatientTensor> zeros = new ArrayList<>();
    double signShare = 0;
    double zeroShare = 1;
    for (PatientTensor tensor : patient.projections().toList()) {
      double share = zeroShare(patient.measure(tensor));
      if (share < SIGN_ONLY) {
        signs.add(tensor);
        signShare = Math.max(signShare, share);
      } else if (share > ABSMAX || (share > ABSMAX_GROUPS && scalesVary(patient.measure(tensor)))) {
        zeros.add(tensor);
        zeroShare = Math.min(zeroShare, share);
      }
    }
    if (!signs.isEmpty()) {
      findings.add(
          FindingCode.SIGN_QUANTIZED.finding(
              Severity.ERROR,
              Names.tensors(signs),
              "at most "
                  + Names.percent(signShare)
                  + " of the trits are zero; absmean gives 30 to 60 %"));
    }
    if (!zeros.isEmpty()) {
      findings.add(
          FindingCode.ABSMAX_QUANTIZED.finding(
              Severity.WARNING,
              Names.tensors(zeros),
              "at least "
                  + Names.percent(zeroShare)
                  + " of the trits are zero; absmean gives 30 to 60 %"));
    }
  }

  /// Share of zeros of ternary weights; NaN for others.
  private static double zeroShare(Measure measure) {
    return switch (measure) {
      case Measure.Trits trits when trits.codes().all() >= MIN_WEIGHTS -> trits.zeroShare();
      case Measure.Floats floats
          when floats.elements() >= MIN_WEIGHTS && floats.magnitudes().isTernary() ->
          floats.zeroShare();
      default -> Double.NaN;
    };
  }

  private static boolean scalesVary(Measure measure) {
    return measure instanceof Measure.Trits trits
        && trits.scales().maximum() > 1.01f * trits.scales().minimum();
  }
}
