package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;

/// Outputs of projections that are zero whatever the input.
final class DeadRowsRule implements Rule {
  private static final double MANY = 0.1;

  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> ill = new ArrayList<>();
    long dead = 0;
    double worst = 0;
    for (PatientTensor tensor : patient.projections().toList()) {
      long rows =
          switch (patient.measure(tensor)) {
            case Measure.Trits trits -> trits.deadRows();
            case Measure.Floats floats -> floats.deadRows();
            case Measure.Failed _ -> 0;
          };
      if (rows > 0) {
        ill.add(tensor);
        dead += rows;
        worst = Math.max(worst, (double) rows / tensor.shape().rows());
      }
    }
    if (!ill.isEmpty()) {
      findings.add(
          FindingCode.DEAD_ROWS.finding(
              worst >= MANY ? Severity.WARNING : Severity.NOTE,
              Names.tensors(ill),
              dead + " rows hold only zeros, at most " + Names.percent(worst) + " of a tensor's"));
    }
  }
}
