package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;

/// NaN and infinity, in weights and in scales.
final class FiniteRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> ill = new ArrayList<>();
    long values = 0;
    String first = "";
    for (PatientTensor tensor : patient.tensors()) {
      long count = 0;
      String place = "";
      if (patient.measure(tensor) instanceof Measure.Floats floats) {
        count = floats.notFinite();
        place = "the first at index " + floats.firstNotFinite();
      } else if (patient.measure(tensor) instanceof Measure.Trits trits) {
        count = trits.scales().notFinite();
        place = "of " + trits.scales().count() + " scales";
      }
      if (patient.measure(tensor) instanceof Measure.Failed(var _, var damage) && damage != null) {
        count = damage.notFinite();
        place = "of " + damage.scales() + " scales";
      }
      if (count > 0) {
        values += count;
        first = ill.isEmpty() ? place : first;
        ill.add(tensor);
      }
    }
    if (!ill.isEmpty()) {
      findings.add(
          FindingCode.NOT_FINITE.finding(
              Severity.ERROR,
              Names.tensors(ill),
              values + (values == 1 ? " value is" : " values are") + " NaN or infinite, " + first));
    }
  }
}
