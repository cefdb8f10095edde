package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;

/// Scales that are missing, zero or negative.
final class ScaleRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> wrong = new ArrayList<>();
    List<PatientTensor> without = new ArrayList<>();
    long zeros = 0;
    long negative = 0;
    for (PatientTensor tensor : patient.tensors()) {
      Measure.Trits trits = patient.trits(tensor);
      if (trits != null && isWrong(trits)) {
        wrong.add(tensor);
        zeros += trits.scales().zeros();
        negative += trits.scales().negative();
      }
      if (tensor.role().isProjection()
          && tensor.content() instanceof PatientTensor.Opaque
          && tensor.type().equals("U8")) {
        without.add(tensor);
      }
    }
    if (!wrong.isEmpty()) {
      findings.add(
          FindingCode.ZERO_SCALE.finding(
              Severity.ERROR,
              Names.tensors(wrong),
              zeros + " scales are 0 and " + negative + " negative, with non-zero trits"));
    }
    if (!without.isEmpty()) {
      findings.add(
          FindingCode.MISSING_SCALE.finding(
              Severity.ERROR,
              Names.tensors(without),
              "packed weights (U8) without a weight_scale beside them"));
    }
  }

  /// A zero scale is in order where all trits of its group are zero; of groups only those of whole
  /// tensors are known here.
  private static boolean isWrong(Measure.Trits trits) {
    boolean hasTrits = trits.codes().hasNonZero();
    return hasTrits
        && (trits.scales().negative() > 0
            || (trits.scales().zeros() > 0 && trits.scales().zeros() == trits.scales().count()));
  }
}
